"""How rows come from Spark's workers: by files of the session's folder, which do not stay there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from thalweg.core.errors import DataError, StorageError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.on_spark.start import ON_THIS_MACHINE
from thalweg.engines.on_spark.transport import batches, written


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix == ".arrow"]


def test_a_partition_is_a_file_that_is_removed_once_read(on_spark: Any, tmp_path: Path) -> None:
    text = "SELECT id FROM range(0, 1000, 1, 3) ORDER BY id DESC"
    schema, files = written(on_spark.spark, text, ["c0"], tmp_path)
    assert (schema.names, schema.types) == (["c0"], [pa.int64()])
    assert sorted(files) == sorted(left(tmp_path))
    assert len(files) == 2
    assert pa.Table.from_batches(batches(schema, files))["c0"].to_pylist() == list(range(999, -1, -1))
    assert left(tmp_path) == []


def test_no_file_stays_when_reading_ends_early(on_spark: Session) -> None:
    source = on_spark.offer("rows", pa.table({"a": list(range(1_000))}))
    begun = on_spark.batches(sql.select(source, ["a"]).order_by(sql.column("a")), 10)
    assert next(begun)["a"].to_pylist() == list(range(10))
    begun.close()  # type: ignore[attr-defined]
    assert left(on_spark.scratch) == []


def test_a_failed_query_leaves_no_files(on_spark: Session, tmp_path: Path) -> None:
    source = on_spark.offer("texts", pa.table({"s": ["1", "x"]}))
    with pytest.raises(DataError, match="Could not convert string 'x'"):
        on_spark.write_parquet(
            sql.select(source, {"i": sql.cast(sql.column("s"), "INTEGER")}), tmp_path / "p"
        )
    assert left(on_spark.scratch) == []


def test_what_a_worker_wrote_elsewhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"written .*0-7\.arrow, which is not on this machine") as told:
        list(batches(pa.schema([]), [tmp_path / "0-7.arrow"]))
    assert "under the same path on every worker" in str(told.value.hint)


def test_without_a_cluster_nobody_else_is_listened_to(on_spark: Any) -> None:
    settings = on_spark.spark.sparkContext.getConf()
    assert {name: settings.get(name) for name in ON_THIS_MACHINE} == dict.fromkeys(
        ON_THIS_MACHINE, "127.0.0.1"
    )
