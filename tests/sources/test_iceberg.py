"""Iceberg tables, written by the package pyiceberg."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from thalweg.core.component import kinds, parse
from thalweg.core.errors import SourceError
from thalweg.sources.source import Source

sql_catalog = pytest.importorskip("pyiceberg.catalog.sql")


@pytest.fixture
def lake(tmp_path: Path) -> Any:
    """A table of three snapshots in `warehouse/shop/orders`."""
    catalog = sql_catalog.SqlCatalog(
        "c", uri=f"sqlite:///{tmp_path}/c.db", warehouse=f"file://{tmp_path}/warehouse"
    )
    catalog.create_namespace("shop")
    table = catalog.create_table("shop.orders", schema=pa.schema([("a", pa.int64()), ("s", pa.string())]))
    table.append(pa.table({"a": [1, 2], "s": ["x", None]}))
    table.append(pa.table({"a": [3], "s": ["深"]}))
    table.delete("a = 2")
    yield table
    catalog.close()


PATH = "warehouse/shop/orders"


def test_the_current_snapshot_and_earlier_ones(read: Callable, lake: Any) -> None:
    first, second, last = lake.snapshots()
    current = read({"iceberg": PATH})
    assert sorted((row["a"], row["s"]) for row in current.rows) == [(1, "x"), (3, "深")]
    assert current.notes == {"snapshot": last.snapshot_id}
    assert read({"iceberg": {"path": PATH, "snapshot": first.snapshot_id}}).column("a") == [1, 2]
    between = datetime.fromtimestamp(second.timestamp_ms / 1000, UTC).isoformat()
    assert sorted(read({"iceberg": {"path": PATH, "as_of": between}}).column("a")) == [1, 2, 3]
    assert read(lake.metadata_location.removeprefix("file://")).notes == current.notes


def test_the_fingerprint_follows_the_metadata(lake: Any, tmp_path: Path) -> None:
    source = parse(Source, {"iceberg": PATH})
    before = source.fingerprint(tmp_path)
    assert source.fingerprint(tmp_path) == before
    lake.append(pa.table({"a": [4], "s": ["y"]}))
    assert source.fingerprint(tmp_path) != before


def test_what_is_missing(read: Callable, lake: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has no snapshot 9\n  its snapshots, in UTC: \d+ \(20"):
        read({"iceberg": {"path": PATH, "snapshot": 9}})
    early = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    with pytest.raises(SourceError, match="has no snapshot as old as "):
        read({"iceberg": {"path": PATH, "as_of": early}})
    with pytest.raises(ValueError, match="expected a snapshot or as_of, received both"):
        parse(Source, {"iceberg": {"path": PATH, "snapshot": 1, "as_of": early}})
    with pytest.raises(SourceError, match="is no Iceberg table: it holds no metadata"):
        read({"iceberg": "warehouse"})
    with pytest.raises(SourceError, match=r"there is no folder .*orderz\n  did you mean 'orders'\?"):
        read({"iceberg": "warehouse/shop/orderz"})


def test_two_metadata_files_of_one_version(read: Callable, lake: Any, tmp_path: Path) -> None:
    current = max((tmp_path / PATH / "metadata").glob("*.metadata.json"))
    current.with_name(current.name.split("-")[0] + "-other.metadata.json").write_bytes(current.read_bytes())
    with pytest.raises(
        SourceError, match="has 2 metadata files of version 3, and no telling which one counts"
    ):
        read({"iceberg": PATH})


def test_a_damaged_table(read: Callable, lake: Any, tmp_path: Path) -> None:
    for file in (tmp_path / PATH / "data").glob("*.parquet"):
        file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(SourceError, match=r"metadata\.json, snapshot \d+, cannot be read: "):
        read({"iceberg": PATH})
    max((tmp_path / PATH / "metadata").glob("*.metadata.json")).write_text('{"a":')
    with pytest.raises(SourceError, match=r"metadata\.json is damaged, or is no Iceberg metadata: "):
        read({"iceberg": PATH})


def test_a_folder_shows_that_it_is_one_table(lake: Any, tmp_path: Path) -> None:
    folder = str(tmp_path / PATH)
    found = [kind.of_folder(Path(folder)) for kind in kinds(Source).values()]
    assert next(each for each in found if each is not None) == parse(Source, {"iceberg": folder})
