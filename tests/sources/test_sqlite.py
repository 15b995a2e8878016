"""Tables of SQLite databases."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from thalweg.core.component import parse
from thalweg.core.errors import DataError, SourceError
from thalweg.sources.source import Source
from thalweg.sources.sqlite import Sqlite


def write(path: Path, create: str, rows: Sequence[Sequence[Any]] = ()) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(create)
        for row in rows:
            connection.execute(f"INSERT INTO {create.split()[2]} VALUES ({', '.join('?' for _ in row)})", row)


@pytest.mark.parametrize("name", ["shop.db", "shop.sqlite", "shop.sqlite3"])
def test_a_name_is_enough(name: str) -> None:
    assert parse(Source, name) == Sqlite(path=name)
    assert parse(Source, f"{name}#Order Details") == Sqlite(path=name, table="Order Details")
    assert parse(Source, {"path": name, "table": "x"}) == Sqlite(path=name, table="x")


def test_declared_types(read: Callable, tmp_path: Path) -> None:
    write(
        tmp_path / "a.db",
        'CREATE TABLE t (i INTEGER, n NUMERIC(10,2), s NVARCHAR(20), b BOOLEAN, d DATE, at DATETIME, x BLOB, "q""c" )',
        [
            (1, 1.5, "é", 1, "2020-01-31", "2020-01-31 10:30:00", b"\x00\xff", 1),
            (2, 2, None, 0, None, "2020-01-31T10:30:00.250Z", None, 2.5),
            (None, None, "7", None, "2020-02-01", "2020-01-31 10:30:00+02:00", b"", None),
        ],
    )
    found = read("a.db")
    assert found.types == {
        **{"i": "BIGINT", "n": "DOUBLE", "s": "VARCHAR", "b": "BOOLEAN", "d": "DATE", "at": "TIMESTAMP"},
        **{"x": "BLOB", 'q"c': "DOUBLE"},
    }
    assert found.rows[0] == {
        **{"i": 1, "n": 1.5, "s": "é", "b": True, "d": date(2020, 1, 31), "x": b"\x00\xff", 'q"c': 1.0},
        "at": datetime(2020, 1, 31, 10, 30),
    }
    assert [row["at"] for row in found.rows[1:]] == [
        datetime(2020, 1, 31, 10, 30, 0, 250_000),
        datetime(2020, 1, 31, 8, 30),
    ]
    assert found.notes == {}


def test_values_of_another_type_are_set_aside(read: Callable, tmp_path: Path) -> None:
    rows: list[tuple] = [(i, i / 2, f"s{i}", "2020-01-01") for i in range(1000)]
    rows[3] = ("x", 1.5, "s", "2020-01-01")
    rows[500] = (500, "y", "s", "2020-02-31")
    write(tmp_path / "a.db", "CREATE TABLE t (i INTEGER, r REAL, s TEXT, d DATE)", rows)
    found = read("a.db")
    assert found.types == {"i": "BIGINT", "r": "DOUBLE", "s": "VARCHAR", "d": "DATE"}
    assert len(found.rows) == 998
    assert [(row["line"], row["reason"]) for row in found.rejected] == [
        (4, "i: 'x' is not of type BIGINT"),
        (501, "r: 'y' is not of type DOUBLE"),
    ]
    assert json.loads(found.rejected[0]["text"]) == {"i": "x", "r": 1.5, "s": "s", "d": "2020-01-01"}
    assert found.rejected[0]["file"].endswith("a.db#t")


def test_a_column_that_is_not_what_it_declares_is_read_as_it_is(read: Callable, tmp_path: Path) -> None:
    write(
        tmp_path / "a.db",
        "CREATE TABLE t (price INTEGER, at TIMESTAMP, d DATE)",
        [("1 EUR", 1_600_000_000, "2020-01-01 10:00"), ("2 EUR", 1_600_000_001, "2020-01-01 11:00")],
    )
    found = read("a.db")
    assert found.types == {"price": "VARCHAR", "at": "BIGINT", "d": "TIMESTAMP"}
    assert found.notes["types"] == {
        "price": "declared INTEGER, and read as VARCHAR, which is what it holds",
        "at": "declared TIMESTAMP, and read as BIGINT, which is what it holds",
        "d": "declared DATE, and read as TIMESTAMP, which is what it holds",
    }


def test_text_that_is_not_utf_8_is_set_aside(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.db", "CREATE TABLE t (s TEXT)", [("ok",)])
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("INSERT INTO t VALUES (CAST(x'636166e9' AS TEXT))")
    found = read("a.db")
    assert found.column("s") == ["ok"]
    assert [(row["line"], row["text"]) for row in found.rejected] == [(2, '{"s": "caf\\\\xe9"}')]


def test_many_rows_come_in_order(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.db", "CREATE TABLE t (i INTEGER)", [(i,) for i in range(150_000)])
    assert read("a.db").column("i") == list(range(150_000))


@pytest.mark.parametrize(
    ("table", "rows"), [("Orders", 830), ("Order Details", 2_155), ("Customers", 93), ("Products", 77)]
)
def test_northwind(read: Callable, data: Callable, table: str, rows: int) -> None:
    found = read(f"{data('northwind/northwind.db')}#{table}")
    assert (len(found.rows), found.rejected) == (rows, [])


def test_chinook(read: Callable, data: Callable) -> None:
    found = read(f"{data('chinook/Chinook_Sqlite.sqlite')}#invoice")  # SQLite's names have no case
    assert len(found.rows) == 412
    assert found.types["InvoiceDate"] == "TIMESTAMP"
    assert round(sum(found.column("Total")), 2) == 2328.60


def test_views_are_tables(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.db", "CREATE TABLE t (i INTEGER)", [(1,), (2,)])
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("CREATE VIEW v AS SELECT i * 2 AS twice FROM t")
    assert read("a.db#v").column("twice") == [2, 4]


def test_a_missing_table(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.db", "CREATE TABLE orders (i INTEGER)")
    write(tmp_path / "a.db", "CREATE TABLE lines (i INTEGER)")
    with pytest.raises(SourceError, match=r"a\.db has no table 'order'\n  did you mean 'orders'\?"):
        read("a.db#order")
    with pytest.raises(
        SourceError, match=r"a\.db holds 2 tables: which one\?\n  name it: a.db#TABLE; known: lines, orders"
    ):
        read("a.db")


def test_no_rows(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.db", "CREATE TABLE t (i INTEGER)")
    with pytest.raises(DataError, match="source 't' is empty"):
        read("a.db")


def test_a_file_that_is_no_database(read: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"nonsense " * 200)
    with pytest.raises(
        SourceError, match=r"a\.db cannot be read as a SQLite database: file is not a database"
    ):
        read("a.db")


def test_a_missing_database_is_not_made(read: Callable, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no file .*a\.db"):
        read("a.db#t")
    assert not (tmp_path / "a.db").exists()


def test_the_fingerprint_follows_table_and_content(tmp_path: Path) -> None:
    write(tmp_path / "a.db", "CREATE TABLE t (i INTEGER)", [(1,)])
    first = Sqlite(path="a.db", table="t").fingerprint(tmp_path)
    assert Sqlite(path="a.db", table="u").fingerprint(tmp_path) != first
    write(tmp_path / "a.db", "CREATE TABLE u (i INTEGER)", [(1,)])
    assert Sqlite(path="a.db", table="t").fingerprint(tmp_path) != first


def test_a_database_tells_what_its_tables_refer_to(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
        connection.executescript(
            """
            CREATE TABLE places (country TEXT, code INTEGER, PRIMARY KEY (code, country));
            CREATE TABLE people (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES people, home TEXT, code INTEGER,
                FOREIGN KEY (code, home) REFERENCES places);
            """
        )
    inside = parse(Source, "shop.db").within(tmp_path)
    assert inside["places"].declared(tmp_path) == {}
    assert inside["people"].declared(tmp_path) == {
        ("boss",): ("people", ("id",)),
        ("code", "home"): ("places", ("code", "country")),
    }


def test_points_in_time_keep_their_zone_and_microseconds(read: Callable, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("CREATE TABLE t (at TIMESTAMP)")
        written = ["2020-03-29 01:30:00.000001+02:00", "2020-03-29T01:30:00Z", "2020-03-29 01:30:00.1234567"]
        connection.executemany("INSERT INTO t VALUES (?)", [(text,) for text in [*written, None]])
    expected = [datetime(2020, 3, 28, 23, 30, 0, 1), datetime(2020, 3, 29, 1, 30)]
    assert read("a.db").column("at") == [*expected, datetime(2020, 3, 29, 1, 30, 0, 123456), None]


def test_another_program_writes(read: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, timeout=0.1))
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (i INTEGER)")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceError, match="database is locked\n  another program is writing to it"):
            read("a.db")
