"""Tables of DuckDB files."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.duckdb import DuckDBFile
from thalweg.sources.source import Source

ODD = ['a"b', "c.d", "e f", "日期", "select", "x'; DROP TABLE victim; --"]


def write(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_name_is_enough() -> None:
    assert parse(Source, "shop.duckdb#orders") == DuckDBFile(path="shop.duckdb", table="orders")
    assert parse(Source, {"path": "a.ddb"}) == DuckDBFile(path="a.ddb")


def test_tables_views_schemas_and_types(read: Callable, tmp_path: Path) -> None:
    write(
        tmp_path / "a.duckdb",
        "CREATE TABLE t (e ENUM('x', 'y'), h HUGEINT, j JSON, i INTERVAL, l INTEGER[], f DOUBLE)",
        "INSERT INTO t VALUES ('y', 12345678901234567890123, '{}', INTERVAL 1 DAY, [1, 2], 'nan')",
        "CREATE SCHEMA s; CREATE VIEW s.v AS SELECT e FROM t; CREATE TABLE s.u (i INTEGER)",
    )
    found = read("a.duckdb#t")
    assert found.types == {
        **{
            "e": "VARCHAR",
            "h": "DECIMAL(38,0)",
            "j": "VARCHAR",
            "i": "VARCHAR",
            "l": "INTEGER[]",
            "f": "DOUBLE",
        }
    }
    assert found.rows == [
        {"e": "y", "h": Decimal(12345678901234567890123), "j": "{}", "i": "1 day", "l": [1, 2], "f": None}
    ]
    assert found.notes == {"types": {"j": "JSON, read as text", "i": "INTERVAL, read as text"}}
    assert read("a.duckdb#s.v").column("e") == read("a.duckdb#v").column("e") == ["y"]


def test_two_thousand_columns_and_order(read: Callable, tmp_path: Path) -> None:
    columns = ", ".join(f"{i} AS c{i}" for i in range(2000))
    write(
        tmp_path / "a.duckdb",
        f"CREATE TABLE w AS SELECT {columns}",
        "CREATE TABLE r AS FROM range(300000) t(i)",
    )
    assert read("a.duckdb#w").rows == [{f"c{i}": i for i in range(2000)}]
    assert read("a.duckdb#r").column("i") == list(range(300_000))


@pytest.mark.parametrize("name", ODD)
def test_names_that_look_like_sql(read: Callable, tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    write(
        tmp_path / "a.duckdb",
        f"CREATE TABLE {quoted} AS SELECT 7 AS {quoted}",
        "CREATE TABLE victim (i INTEGER)",
    )
    assert read({"duckdb": {"path": "a.duckdb", "table": name}}).rows == [{name: 7}]


def test_what_is_missing_or_damaged(read: Callable, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.duckdb", "CREATE TABLE orders AS SELECT 1 AS i", "CREATE TABLE items AS SELECT 1 AS i"
    )
    with pytest.raises(SourceError, match=r"a\.duckdb has no table 'ordres'\n  did you mean 'orders'\?"):
        read("a.duckdb#ordres")
    with pytest.raises(SourceError, match=r"holds 2 tables: which one\?\n  add #TABLE; known: items, orders"):
        read("a.duckdb")
    with pytest.raises(SourceError, match=r"there is no file .*b\.duckdb\n  did you mean 'a\.duckdb'\?"):
        read("b.duckdb#orders")
    (tmp_path / "cut.duckdb").write_bytes(path.read_bytes()[:9000])
    with pytest.raises(SourceError, match=r"cut\.duckdb is damaged, or is no DuckDB file: "):
        read("cut.duckdb#orders")
    (tmp_path / "text.duckdb").write_text("x" * 9000)
    with pytest.raises(SourceError, match=r"text\.duckdb is damaged, or is no DuckDB file: "):
        read("text.duckdb#orders")
    with (
        duckdb.connect(str(path)),
        pytest.raises(SourceError, match="is open in another program for writing"),
    ):
        read("a.duckdb#orders")


def test_it_is_not_written_to(read: Callable, tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE TABLE t AS SELECT 1 AS i")
    before = path.read_bytes(), parse(Source, "a.duckdb").fingerprint(tmp_path)
    read("a.duckdb")
    assert (path.read_bytes(), parse(Source, "a.duckdb").fingerprint(tmp_path)) == before
    write(path, "INSERT INTO t VALUES (2)")
    assert parse(Source, "a.duckdb").fingerprint(tmp_path) != before[1]


def test_a_file_tells_its_tables_and_what_they_refer_to(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.duckdb",
        "CREATE SCHEMA s; CREATE VIEW v AS SELECT 1 AS one",
        "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (a INTEGER REFERENCES t (id), b INTEGER)",
        "CREATE TABLE s.p (x INTEGER, y INTEGER, PRIMARY KEY (x, y))",
        "CREATE TABLE s.q (c INTEGER, d INTEGER, FOREIGN KEY (c, d) REFERENCES s.p (x, y))",
    )
    inside = parse(Source, "a.duckdb").within(tmp_path)
    assert inside == {name: parse(Source, f"a.duckdb#{name}") for name in ("s.p", "s.q", "t", "u")}  # no view
    assert inside["u"].declared(tmp_path) == {("a",): ("t", ("id",))}
    assert inside["s.q"].declared(tmp_path) == {("c", "d"): ("s.p", ("x", "y"))}
    assert parse(Source, f"{path}#t").within(tmp_path) == {}
    (tmp_path / "b.duckdb").write_bytes(b"no database")
    with pytest.raises(SourceError, match=r"b\.duckdb is damaged, or is no DuckDB file"):
        parse(Source, "b.duckdb").within(tmp_path)
