"""New files only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.core.component import parse
from thalweg.core.errors import SourceError, StorageError
from thalweg.sources.source import Source

SALES = {"kind": "csv", "path": "sales/*.csv", "incremental": "files"}


@pytest.fixture
def sale(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, *rows: str, header: str = "id,price") -> Path:
        path = tmp_path / "sales" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


def test_a_second_run_reads_only_new_files(
    grow: Callable, sale: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale("b", "1,2.5", "2,3")
    first = grow(SALES)
    assert first.rows == [{"id": 1, "price": 2.5}, {"id": 2, "price": 3.0}]
    assert first.news is None
    again = grow(SALES)
    assert again.rows == first.rows
    assert again.journal.digest == first.journal.digest
    sale("a", "3,4", "broken", "5,6")  # before the other in the order of names, after it in time
    opened = []
    from thalweg.sources.csv import Csv

    was = Csv.open
    monkeypatch.setattr(
        Csv, "open", lambda self, name, place: opened.append(self.path) or was(self, name, place)
    )
    third = grow(SALES)
    assert [Path(path).name for path in opened[0]] == ["a.csv"]
    assert third.rows == [*first.rows, {"id": 3, "price": 4.0}, {"id": 5, "price": 6.0}]
    assert [row["text"] for row in third.rejected] == ["broken"]
    assert third.journal.files("data") == ["part-000001.parquet", "part-000002.parquet"]
    assert grow(SALES).rejected == third.rejected


def test_types_are_those_of_the_first_reading(grow: Callable, sale: Callable) -> None:
    sale("a", "1,2.5")
    grow(SALES)
    sale("b", "2,3", "x,4")
    found = grow(SALES)
    assert found.rows[1] == {"id": 2, "price": 3.0}
    assert found.rejected[0]["text"] == "x,4"
    sale("c", "2,3,4", header="id,price,tax")
    with pytest.raises(SourceError, match="what is new has other columns than what is stored: tax BIGINT"):
        grow(SALES)


def test_a_changed_file_is_noticed(grow: Callable, sale: Callable) -> None:
    path = sale("a", "1,2.5")
    sale("b", "2,2.5")
    grow(SALES)
    os.utime(path, ns=(1, 1))
    assert len(grow(SALES).rows) == 2  # touched, and the same
    sale("a", "9,9.5")
    with pytest.raises(
        SourceError, match=r"a\.csv has changed since its rows were read\n  incremental: .*changed: keep"
    ):
        grow(SALES)
    kept = grow(
        SALES | {"incremental": {"files": True, "changed": "keep"}}
    )  # another setting: everything is read again
    assert [row["id"] for row in kept.rows] == [9, 2]
    sale("a", "7,7.5")
    kept = grow(SALES | {"incremental": {"files": True, "changed": "keep"}})
    assert [row["id"] for row in kept.rows] == [9, 2]
    assert kept.notes["files changed since they were read"] == 1
    again = SALES | {"incremental": {"files": True, "changed": "again"}}
    assert [row["id"] for row in grow(again).rows] == [7, 2]
    sale("a", "8,8.5")
    assert [row["id"] for row in grow(again).rows] == [8, 2]


def test_files_that_are_gone_are_told(grow: Callable, sale: Callable) -> None:
    path = sale("a", "1,2.5")
    sale("b", "2,2.5")
    grow(SALES)
    path.unlink()
    sale("c", "3,2.5")
    found = grow(SALES)
    assert [row["id"] for row in found.rows] == [1, 2, 3]
    assert found.notes["files gone since they were read"] == 1


def test_a_kill_neither_loses_nor_doubles(grow: Callable, sale: Callable, killed: Callable) -> None:
    sale("a", "1,2.5", "x")
    grow(SALES)
    sale("b", "2,2.5", "y")
    killed(1)
    with pytest.raises(KeyboardInterrupt):
        grow(SALES)
    found = grow(SALES)
    assert [row["id"] for row in found.rows] == [1, 2]
    assert [row["text"] for row in found.rejected] == ["x", "y"]
    assert sorted(path.name for path in found.journal.folder.iterdir() if path.suffix == ".parquet") == [
        *("part-000001.parquet", "part-000002.parquet", "rejected-000001.parquet", "rejected-000002.parquet"),
        "rejected.parquet",
    ]


def test_a_damaged_part_is_told(grow: Callable, sale: Callable) -> None:
    sale("a", "1,2.5")
    part = grow(SALES).journal.folder / "part-000001.parquet"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    with pytest.raises(StorageError, match=r"part-000001\.parquet is missing, or has changed"):
        grow(SALES)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            {"images": {"path": "x", "incremental": "files"}},
            "is not made of files that could be read one by one",
        ),
        ({"csv": {"path": "x", "incremental": {}}}, "expected `files`, or {watermark: COLUMN}"),
        ({"csv": {"path": "x", "incremental": {"files": True, "key": "id"}}}, "`key` belongs to a watermark"),
    ],
)
def test_what_was_written_wrongly(source: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(Source, source)
