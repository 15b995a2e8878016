"""A session on Spark: queries translated, their results brought back as DuckDB would give them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.files import storage_errors
from thalweg.core.fingerprint import fingerprint
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB, DuckDBSession
from thalweg.engines.engine import Session
from thalweg.engines.on_spark.binder import Binder, Columns, names_of
from thalweg.engines.on_spark.failures import quiet, told
from thalweg.engines.on_spark.files import check_columns, frame, position
from thalweg.engines.on_spark.function import Functions
from thalweg.engines.on_spark.layer import Layer
from thalweg.engines.on_spark.query import Compiler
from thalweg.engines.on_spark.transport import gathered, record_batches
from thalweg.engines.on_spark.types import carrier, readable
from thalweg.engines.table import ROW

DIALECT = "spark"


class SparkSession(Session):
    """Relations by name: views are translated where they are read, tables are kept in Spark's memory and on its disks.

    An embedded session beside it reads sources, and gives results the types and Python values that DuckDB gives.
    """

    def __init__(self, spark: Any, scratch: Path):
        self.spark = spark
        self.scratch = scratch
        self.kept: list[str] = []
        with storage_errors(scratch):
            scratch.mkdir(parents=True, exist_ok=True)
        self.binder = Binder(scratch)
        self._views: dict[str, exp.Query] = {}
        self._frames: dict[str, tuple[str, Columns]] = {}
        self._held: dict[str, Any] = {}
        self._compiler = Compiler(self.binder, Functions(self._register), self._relation)

    @cached_property
    def _local(self) -> DuckDBSession:
        return DuckDB().open(self.scratch / "embedded")

    @property
    def reader(self) -> Session:
        return self._local

    def sql(self, query: exp.Expr) -> str:
        if not isinstance(query, exp.Query):
            return query.sql(dialect=DIALECT)
        return self._compiler.compile(query).text

    def columns(self, query: exp.Query) -> dict[str, str]:
        return dict(self.binder.described(query))

    def rows(self, query: exp.Query) -> list[tuple[Any, ...]]:
        if query.find(exp.Table) is None:
            return self.binder.rows(query)
        text, names, wanted = self._translated(query)
        source = self._local.offer("small", gathered(self.spark, text, names))
        return self._local.rows(sql.select(source, wanted))

    def batches(self, query: exp.Query, size: int = 65_536) -> Iterator[pa.RecordBatch]:
        with self._results(query) as (source, chosen):
            yield from self._local.batches(sql.select(source, chosen), size)

    def table(self, query: exp.Query) -> pa.Table:
        with self._results(query) as (source, chosen):
            return self._local.table(sql.select(source, chosen))

    def define(self, name: str, query: exp.Query) -> exp.Table:
        self._compiler.compile(query)  # refuses now what would be refused when it is read
        self.binder.view(name, query)
        self._forget(name)
        self._views[name] = query.copy()
        return sql.table(name)

    def keep(self, name: str, query: exp.Query) -> exp.Table:
        layer = self._compiler.compile(query)
        columns = names_of(self.binder.described(query))
        columns = dict(zip(columns, layer.columns.values(), strict=True))
        with told():
            found = self.spark.sql(layer.text).toDF(*columns).persist()
            found.count()
        self._put(name, found, columns)
        self._held[name] = found
        self.kept.append(name)
        return sql.table(name)

    def offer(self, name: str, data: Any) -> exp.Table:
        given = self._local.offer("given", data)
        everything = exp.select(exp.Star()).from_(given)
        columns = self._local.columns(everything)
        self._put(name, self._carried(everything, columns), columns)
        return sql.table(name)

    def write_parquet(self, query: exp.Query, path: Path) -> int:
        columns = self.columns(query)
        if ROW in columns and not query.args.get("order"):
            query = sql.select(query, list(columns)).order_by(sql.column(ROW))
        with self._results(query) as (source, chosen):
            return self._local.write_parquet(sql.select(source, chosen), path)

    def scan_parquet(self, paths: Sequence[Path]) -> exp.Query:
        return self._files(paths, numbered=True)

    def read_parquet(self, paths: Sequence[Path]) -> exp.Query:
        return self._files(paths, numbered=False)

    def close(self) -> None:
        with told():
            for held in self._held.values():
                held.unpersist()
            for name, _ in self._frames.values():
                self.spark.catalog.dropTempView(name)
        self.binder.close()
        if "_local" in self.__dict__:
            self._local.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _files(self, paths: Sequence[Path], numbered: bool) -> exp.Query:
        """A query over Parquet files, which become a table named for them."""
        name = f"parquet {fingerprint([str(path.absolute()) for path in paths])[:24]}{' numbered' if numbered else ''}"
        if name not in self._frames:
            self._put(name, *self._read(paths, numbered))
        return sql.select(sql.table(name), list(self._frames[name][1]))

    def _read(self, paths: Sequence[Path], numbered: bool) -> tuple[Any, Columns]:
        """A frame over Parquet files, with the types of its columns."""
        plain = self._local.columns(self._local.read_parquet(paths))
        columns = {each: kind for each, kind in plain.items() if not numbered or each != ROW}
        check_columns(columns, paths)
        if not all(readable(kind) for kind in columns.values()):
            query = self._local.scan_parquet(paths) if numbered else self._local.read_parquet(paths)
            every = {**columns, ROW: "BIGINT"} if numbered else columns
            return self._carried(query, every), every
        with told():
            found = frame(self.spark, paths, columns)
            if not numbered:
                return found, columns
            place = position(self.spark, paths).sql(dialect=DIALECT)
            return found.selectExpr("*", f"{place} AS `{ROW}`"), {**columns, ROW: "BIGINT"}

    def _carried(self, query: exp.Query, columns: Columns) -> Any:
        """A frame over a file of what Spark holds in place of the values, written by the embedded session."""
        held = {each: sql.cast(sql.column(each), carrier(kind)) for each, kind in columns.items()}
        path = self.scratch / f"{uuid4().hex}.parquet"
        self._local.write_parquet(sql.select(query, held), path)
        with told():
            return frame(self.spark, [path], columns)

    def _put(self, name: str, found: Any, columns: Columns) -> None:
        """Let a frame of Spark's be the table of a name."""
        self._forget(name)
        known = f"t_{fingerprint(name)[:24]}"
        found.createOrReplaceTempView(known)
        self._frames[name] = (known, columns)
        self.binder.table(name, columns)

    def _forget(self, name: str) -> None:
        self._views.pop(name, None)
        self._frames.pop(name, None)
        held = self._held.pop(name, None)
        if held is not None:
            held.unpersist()

    def _relation(self, name: str) -> Layer:
        if name in self._frames:
            known, columns = self._frames[name]
            return Layer(sql.table(known), columns)
        if name in self._views:
            return self._compiler.compile(self._views[name])
        raise ComponentError(
            f"there is no table {name!r}; {did_you_mean(name, [*self._frames, *self._views])}"
        )

    def _register(self, name: str, function: Callable[..., Any], returns: str) -> None:
        from pyspark.sql.functions import arrow_udf

        with quiet():
            self.spark.udf.register(name, arrow_udf(function, returnType=returns))  # pyright: ignore[reportCallIssue, reportArgumentType]

    def _results(self, query: exp.Query) -> Any:
        """A view of the embedded session over the carriers that Spark gives, and what they stand for."""
        return record_batches(self.spark, self._local, *self._translated(query))

    def _translated(self, query: exp.Query) -> tuple[str, list[str], dict[str, exp.Expr]]:
        """A query in Spark's SQL, names for its columns of carriers, and what DuckDB makes of these."""
        described = self.binder.described(query)
        layer = self._compiler.compile(query)
        names = [f"c{place}" for place in range(len(described))]
        wanted: dict[str, exp.Expr] = {
            unique: sql.cast(sql.column(held), kind)
            for held, (unique, kind) in zip(names, names_of(described).items(), strict=True)
        }
        return layer.text, names, wanted
