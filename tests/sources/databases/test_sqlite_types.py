"""Types of SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from thalweg.sources.databases.sqlite_types import declared_type, quoted, settled_types


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("INTEGER", "BIGINT"),
        ("tinyint unsigned", "BIGINT"),
        ("NVARCHAR(160)", "VARCHAR"),
        ("DOUBLE PRECISION", "DOUBLE"),
        ("NUMERIC(10,2)", "DOUBLE"),
        ("boolean", "BOOLEAN"),
        ("DATE", "DATE"),
        ("DATETIME", "TIMESTAMP"),
        ("timestamp with time zone", "TIMESTAMP"),
        ("BLOB", "BLOB"),
        ("", None),
        ("GEOMETRY", None),
    ],
)
def test_declarations(declared: str, kind: str | None) -> None:
    assert declared_type(declared) == kind


def test_names_are_quoted() -> None:
    assert quoted('a"b') == '"a""b"'


@pytest.mark.parametrize(
    ("declared", "values", "kind"),
    [
        ("", [1, 2, None], "BIGINT"),
        ("", [1, 2.5], "DOUBLE"),
        ("", [0, 1, 1], "BOOLEAN"),
        ("", ["2020-01-01", None], "DATE"),
        ("", [b"x"], "BLOB"),
        ("", [1, "x"], "VARCHAR"),
        ("", [None], "VARCHAR"),
        ("REAL", [None], "DOUBLE"),
        ("DATE", ["2020-02-30", "2020-01-01"], "VARCHAR"),
        ("INTEGER", [*range(200), "x"], "BIGINT"),
        ("INTEGER", [*range(90), "x"], "VARCHAR"),
    ],
)
def test_held_against_the_values(declared: str, values: list, kind: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t (c {declared})")
        connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        ((column,), _) = settled_types(connection, "t", [("c", declared)])
    assert column.type == kind


def test_many_columns() -> None:
    names = [f"c{i}" for i in range(350)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} INTEGER' for name in names)})")
        connection.execute(f"INSERT INTO t VALUES ({', '.join('1' for _ in names)})")
        columns, notes = settled_types(connection, "t", [(name, "INTEGER") for name in names])
    assert [column.type for column in columns] == ["BIGINT"] * 350
    assert notes == {}
