"""Delta Lake tables, written by the package deltalake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from thalweg.core.component import kinds, parse
from thalweg.core.errors import SourceError
from thalweg.sources.source import Source

deltalake = pytest.importorskip("deltalake")


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    path = tmp_path / "orders"
    deltalake.write_deltalake(str(path), pa.table({"a": [1, 2], "y": ["x", "z"]}), partition_by=["y"])
    deltalake.write_deltalake(str(path), pa.table({"a": [3], "y": ["x"]}), mode="append")
    deltalake.DeltaTable(str(path)).delete("a = 1")
    return path


def test_the_latest_version_and_an_earlier_one(read: Callable, lake: Path) -> None:
    latest = read({"delta": "orders"})
    assert sorted(latest.column("a")) == [2, 3]
    assert latest.types == {"a": "BIGINT", "y": "VARCHAR"}
    assert {row["a"]: row["y"] for row in latest.rows} == {2: "z", 3: "x"}
    assert latest.notes == {"version": 2}
    assert sorted(read({"delta": {"path": "orders", "version": 0}}).column("a")) == [1, 2]
    assert sorted(read({"delta": {"path": "orders", "version": 1}}).column("a")) == [1, 2, 3]


def test_the_fingerprint_follows_the_version(lake: Path, tmp_path: Path) -> None:
    latest, first = (
        parse(Source, {"delta": "orders"}),
        parse(Source, {"delta": {"path": "orders", "version": 0}}),
    )
    before = latest.fingerprint(tmp_path), first.fingerprint(tmp_path)
    deltalake.write_deltalake(str(lake), pa.table({"a": [9], "y": ["x"]}), mode="append")
    assert latest.fingerprint(tmp_path) != before[0]
    assert first.fingerprint(tmp_path) == before[1]


def test_what_is_missing(read: Callable, lake: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no version 9\n  its latest version is 2"):
        read({"delta": {"path": "orders", "version": 9}})
    with pytest.raises(SourceError, match=r"there is no folder .*oders\n  did you mean 'orders'\?"):
        read({"delta": "oders"})
    with pytest.raises(SourceError, match="is no Delta table: it holds no _delta_log\n  known: orders"):
        read({"delta": "."})
    next(lake.rglob("y=z/*.parquet")).unlink()
    with pytest.raises(SourceError, match=r"orders, version 2, cannot be read: .*y=z"):
        read({"delta": "orders"})


def test_a_folder_shows_that_it_is_one_table(lake: Path) -> None:
    found = [kind.of_folder(lake) for kind in kinds(Source).values()]
    assert next(each for each in found if each is not None) == parse(Source, {"delta": str(lake)})
