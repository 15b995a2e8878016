"""Parquet files as Spark reads them: the columns that DuckDB sees, and where in its file each row stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.engines import sql
from thalweg.engines.on_spark.binder import Columns
from thalweg.engines.on_spark.types import schema, spark_type
from thalweg.engines.table import ROW


def check_columns(columns: Columns, paths: Sequence[Path]) -> None:
    """Raise ComponentError where Spark can't hold a column, SourceError where it would not look at a file."""
    for kind in columns.values():
        spark_type(kind)
    hidden = next((path for path in paths if path.name.startswith(("_", "."))), None)
    if hidden is not None:
        raise SourceError(
            f"Spark does not read {hidden}: names that start with _ or . are hidden to it",
            hint="rename the file",
        )


def frame(spark: Any, paths: Sequence[Path], columns: Columns) -> Any:
    """A frame of Spark's over files, with the carriers of `columns`."""
    escaped = [re.sub(r"([\\{}\[\]*?])", r"\\\1", str(path.absolute())) for path in paths]
    return spark.read.schema(schema(columns)).parquet(*(f"file://{path}" for path in escaped))


def position(spark: Any, paths: Sequence[Path]) -> exp.Expr:
    """The position of a row in all files, in Spark's dialect: that in its own file, after the rows of those before."""
    place = exp.column(exp.to_identifier("row_index"), table=exp.to_identifier("_metadata"))
    if len(paths) == 1:
        return place
    parts: list[exp.Expr] = []
    for path, rows in zip(paths, _rows_before(paths), strict=True):
        parts += [exp.Literal.string(_address(spark, path)), exp.cast(exp.Literal.number(rows), "BIGINT")]
    address = exp.column(exp.to_identifier("file_path"), table=exp.to_identifier("_metadata"))
    before = exp.Anonymous(
        this="try_element_at", expressions=[exp.Anonymous(this="map", expressions=parts), address]
    )
    lost = exp.Anonymous(
        this="raise_error", expressions=[exp.Literal.string("a row of a file that was not named")]
    )
    return exp.Add(this=exp.Coalesce(this=before, expressions=[exp.cast(lost, "BIGINT")]), expression=place)


def _rows_before(paths: Sequence[Path]) -> list[int]:
    import pyarrow.parquet as pq

    before = [0]
    for path in paths:
        before.append(before[-1] + pq.read_metadata(path).num_rows)
    return before[:-1]


def _address(spark: Any, path: Path) -> str:
    """A file as Spark writes it in `_metadata.file_path`."""
    java = spark._jvm.org.apache.hadoop.fs.Path(
        spark._jvm.java.net.URI("file", None, str(path.absolute()), None, None)
    )
    return java.toUri().toString()


def numbered(columns: Columns) -> dict[str, exp.Expr]:
    """The columns of a file, for a query with `__row` beside them."""
    return {name: sql.column(name) for name in columns if name != ROW}
