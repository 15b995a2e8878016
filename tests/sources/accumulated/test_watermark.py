"""Rows beyond the highest value so far."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.core.errors import SourceError

EVENTS = {"kind": "sqlite", "path": "shop.sqlite", "table": "events", "incremental": {"watermark": "at"}}
KEYED = EVENTS | {"incremental": {"watermark": "at", "key": "id"}}


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., None]:
    def insert(*rows: tuple) -> None:
        with sqlite3.connect(tmp_path / "shop.sqlite") as base:
            base.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER, at TIMESTAMP, what TEXT)")
            base.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
        base.close()

    return insert


def ids(found) -> list[int]:
    return [row["id"] for row in found.rows]


def test_only_greater_watermarks_are_read(grow: Callable, put: Callable) -> None:
    put((2, "2024-01-02 00:00:00", "b"), (1, "2024-01-01 10:00:00.5", "a"))
    first = grow(EVENTS)
    assert ids(first) == [2, 1]  # in the source's order
    assert first.news is None
    assert ids(grow(EVENTS)) == [2, 1]
    put(
        (3, "2024-01-02 00:00:00", "late, equal"),
        (4, "2023-01-01 00:00:00", "late"),
        (5, "2024-01-02 00:00:00.001", "c"),
    )
    found = grow(EVENTS)
    assert ids(found) == [2, 1, 5]
    assert found.journal.state["watermark"] == "2024-01-02 00:00:00.001"
    assert [part["rows"] for part in found.journal.parts] == [2, 1]


def test_with_a_key_equal_watermarks_are_read_once(grow: Callable, put: Callable) -> None:
    put(
        (1, "2024-01-01 00:00:00", "a"),
        (2, "2024-01-02 00:00:00", "b"),
        (None, "2024-01-02 00:00:00", "no key"),
    )
    assert ids(grow(KEYED)) == [1, 2, None]
    put((3, "2024-01-02 00:00:00", "late, equal"), (1, "2024-01-03 00:00:00", "a, changed"))
    found = grow(KEYED)
    assert ids(found) == [1, 2, None, 3, 1]
    assert ids(grow(KEYED)) == [1, 2, None, 3, 1]


def test_rows_without_a_watermark(grow: Callable, put: Callable) -> None:
    put((1, "2024-01-01 00:00:00", "a"), (2, None, "b"))
    first = grow(EVENTS)
    assert ids(first) == [1]
    assert [(row["rule"], row["line"]) for row in first.rejected] == [("no watermark", 2)]
    assert '"what":"b"' in first.rejected[0]["text"]
    put((3, None, "c"), (4, "2024-01-02 00:00:00", "d"))
    second = grow(EVENTS)
    assert ids(second) == [1, 4]
    assert len(second.rejected) == 1
    assert second.notes["rows without a watermark, not read again"] == 2


def test_a_kill_neither_loses_nor_doubles(grow: Callable, put: Callable, killed: Callable) -> None:
    put((1, "2024-01-01 00:00:00", "a"))
    grow(EVENTS)
    put((2, "2024-01-02 00:00:00", "b"))
    killed(1)
    with pytest.raises(KeyboardInterrupt):
        grow(EVENTS)
    assert ids(grow(EVENTS)) == [1, 2]


def test_a_growing_file_of_text(grow: Callable, tmp_path: Path) -> None:
    source = {"kind": "csv", "path": "log.csv", "incremental": {"watermark": "n"}}
    (tmp_path / "log.csv").write_text("n,v\n1,a\nbad\n2,b\n")
    assert len(grow(source).rejected) == 1
    with (tmp_path / "log.csv").open("a") as file:
        file.write("3,c\nworse\n")
    found = grow(source)
    assert [row["n"] for row in found.rows] == [1, 2, 3]
    assert [row["text"] for row in found.rejected] == [
        "bad",
        "worse",
    ]  # what was set aside is not set aside again


def test_no_such_column(grow: Callable, put: Callable) -> None:
    put((1, "2024-01-01 00:00:00", "a"))
    with pytest.raises(SourceError, match="source 't' has no column 'att'; did you mean 'at'"):
        grow(EVENTS | {"incremental": {"watermark": "att"}})
