"""Parquet, read where it lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import DataError, SourceError
from thalweg.sources.parquet import Parquet
from thalweg.sources.source import Source


def write(path: Path, **columns: list) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("name", ["a.parquet", "a.pq", "folder/", "x/*.parquet"])
def test_a_name_is_enough(name: str) -> None:
    assert parse(Source, name) == Parquet(path=name)


def test_it_is_not_copied(read: Callable, tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", a=[1, 2], x=[1.5, float("nan")])
    found = read("a.parquet")
    assert found.rows == [{"a": 1, "x": 1.5}, {"a": 2, "x": None}]
    assert found.types == {"a": "BIGINT", "x": "DOUBLE"}
    assert found.loaded.table.lineage["a"] == {"t.a"}
    assert found.loaded.entry.kept == 2
    assert not list(tmp_path.glob("loaded*/data.parquet"))
    assert str(path) in next(tmp_path.glob("loaded*/source.json")).read_text()


def test_a_folder_is_read_in_the_order_of_names(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "all/b.parquet", a=[3, 4])
    write(tmp_path / "all/a.parquet", a=[1, 2])
    write(tmp_path / "all/c/d.parquet", a=[5])
    assert read("all/").column("a") == [1, 2, 3, 4, 5]
    assert read("all/[ab].parquet").column("a") == [1, 2, 3, 4]
    assert read({"parquet": ["all/b.parquet", "all/a.parquet"]}).column("a") == [3, 4, 1, 2]


def test_mnist(read: Callable, data: Callable) -> None:
    found = read({"kind": "parquet", "path": str(data("mnist/test.parquet"))})
    assert len(found.rows) == 10_000
    assert found.types["image"] == "BLOB"


@pytest.mark.parametrize("keep", [0, 3, 200])
def test_a_damaged_file(read: Callable, tmp_path: Path, keep: int) -> None:
    path = write(tmp_path / "a.parquet", a=[1, 2])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SourceError, match=r"a\.parquet is damaged, or is not Parquet: "):
        read("a.parquet")


def test_files_of_other_columns(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=[1], b=[1])
    write(tmp_path / "b.parquet", a=[1], c=["x"])
    with pytest.raises(SourceError) as raised:
        read("*.parquet")
    assert f"{tmp_path}/b.parquet has other columns than {tmp_path}/a.parquet: " in str(raised.value)
    assert "pyarrow.Field<b: int64>, pyarrow.Field<c: string>" in str(raised.value)


def test_names_that_differ_only_in_case(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=[1], A=[1])
    with pytest.raises(SourceError, match="names that differ only in case: 'a', 'A'"):
        read("a.parquet")


def test_names_the_stages_need_are_refused(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", file_row_number=[1])
    with pytest.raises(SourceError, match="source 't' has a column named 'file_row_number'"):
        read("a.parquet")


def test_the_hidden_columns_of_a_table_that_a_run_wrote_are_left_out(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=[7, 8], __row=[3, 5])
    loaded = read("a.parquet").loaded
    assert dict(loaded.table.columns) == {"a": "BIGINT"}
    assert loaded.table.session.rows(loaded.table.query) == [(7, 0), (8, 1)]


def test_hidden_columns_of_a_run_are_left_out(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=[1, 2], __row=[7, 8], __split=[0, 1])
    found = read("a.parquet")
    assert found.types == {"a": "BIGINT"}
    assert found.column("a") == [1, 2]


def test_a_folder_without_parquet(read: Callable, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(SourceError, match="none holds no Parquet files"):
        read("none/")


def test_partitions_become_columns(read: Callable, tmp_path: Path) -> None:
    for year, city, day, zip_code in [
        (2023, "a%20b", "2023-01-31", "00123"),
        (2024, "深", "2024-02-01", "90210"),
    ]:
        write(tmp_path / f"all/year={year}/city={city}/day={day}/zip={zip_code}/f.parquet", v=[year * 10, 1])
    write(tmp_path / "all/year=2025/city=__HIVE_DEFAULT_PARTITION__/day=2025-01-01/zip=1/f.parquet", v=[5, 6])
    found = read("all/")
    assert found.types == {
        "v": "BIGINT",
        "year": "BIGINT",
        "city": "VARCHAR",
        "day": "DATE",
        "zip": "VARCHAR",
    }
    assert found.rows[0] == {
        "v": 20230,
        "year": 2023,
        "city": "a b",
        "day": date(2023, 1, 31),
        "zip": "00123",
    }
    assert found.column("v") == [20230, 1, 20240, 1, 5, 6]
    assert found.column("city") == ["a b", "a b", "深", "深", None, None]
    assert read("all/year=2024/").types.keys() == {"v", "city", "day", "zip"}
    assert read("all/*/*/*/*/f.parquet").rows == found.rows
    assert read("all/year=2025/city=__HIVE_DEFAULT_PARTITION__/day=2025-01-01/zip=1/f.parquet").types == {
        "v": "BIGINT"
    }


def test_partitions_count_in_the_fingerprint(tmp_path: Path) -> None:
    write(tmp_path / "all/year=2024/a.parquet", v=[1])
    before = Parquet(path="all/").fingerprint(tmp_path)
    (tmp_path / "all/year=2024").rename(tmp_path / "all/year=2025")
    assert Parquet(path="all/").fingerprint(tmp_path) != before


def test_files_in_other_partitions(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "all/year=2024/a.parquet", v=[1])
    write(tmp_path / "all/b.parquet", v=[2])
    with pytest.raises(SourceError, match=r"a\.parquet is partitioned by year, but .*b\.parquet by nothing"):
        read("all/")


def test_two_thousand_files(read: Callable, tmp_path: Path) -> None:
    for i in range(2000):
        write(tmp_path / f"many/part={i % 10}/{i:04}.parquet", i=[i])
    found = read("many/")
    assert sorted(found.column("i")) == list(range(2000))
    assert all(row["i"] % 10 == row["part"] for row in found.rows)


def test_no_rows(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=[])
    with pytest.raises(DataError, match="source 't' is empty"):
        read("a.parquet")


def test_the_fingerprint_follows_content(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=[1])
    first = Parquet(path="a.parquet").fingerprint(tmp_path)
    write(tmp_path / "a.parquet", a=[2])
    assert Parquet(path="a.parquet").fingerprint(tmp_path) != first


@pytest.mark.parametrize(
    ("files", "one"),
    [
        (["year=2024/a.parquet", "year=2025/b.pq", "_SUCCESS"], True),
        (["part-00000.parquet", "part-00001.parquet"], True),
        (["flights.parquet", "planes.parquet"], False),
        (["year=2024/a.csv"], False),
        ([], False),
    ],
)
def test_folders_that_are_one_table(files: list[str], one: bool, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert Parquet.of_folder(tmp_path) == (Parquet(path=str(tmp_path)) if one else None)


@pytest.mark.parametrize("compression", ["snappy", "none"])
def test_a_page_damaged_in_the_middle(read: Callable, tmp_path: Path, compression: str) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"s": [str(i * 7919) for i in range(50_000)]}), path, compression=compression)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(byte ^ 0xA5 for byte in content[middle : middle + 400])
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.parquet.*\n  the file is damaged: write it again"):
        read("a.parquet")


def test_decimals_of_more_digits_than_there_are(read: Callable, tmp_path: Path) -> None:
    """The engine would read them as other numbers."""
    write(tmp_path / "a.parquet", d=pa.array([Decimal(10) ** 50], pa.decimal256(60, 2)))
    with pytest.raises(
        SourceError, match=r"'d' is of the Arrow type decimal256\(60, 2\): decimals may have 38"
    ):
        read("a.parquet")
