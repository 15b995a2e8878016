"""Tables of a real MariaDB: read as they are, refused in words that help, and no password anywhere."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources import odd_tables
from tests.sources.databases.secrets import refused, stores_no_password
from tests.sources.databases.servers import PASSWORD, Running
from tests.sources.databases.snapshot import read_as_it_was
from tests.sources.databases.statements import statements
from thalweg.core.component import parse
from thalweg.sources.source import Source

ODD = ['a"b', "c.d", "e f", "日期", "select", "x'; DROP TABLE victim; --", "a`b", "100%"]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYSQL_USER", "reader")
    monkeypatch.setenv("MYSQL_PWD", PASSWORD)


@pytest.fixture
def at(mysql_server: Running) -> Callable[..., dict[str, Any]]:
    """`at(table="orders")`: the full form of a source."""
    place = {"kind": "mysql", "host": "127.0.0.1", "port": mysql_server.port, "database": "shop"}
    return lambda **fields: {**place, **fields}


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def test_northwind(read: Callable, at: Callable, mysql_server: Running, data: Callable[[str], Path]) -> None:
    lite = {"kind": "sqlite", "path": str(data("northwind/northwind.db"))}
    for name in ("Orders", "Order Details", "Customers"):
        found, expected = read(at(table=name)), read({**lite, "table": name})
        assert [[plain(v) for v in row.values()] for row in found.rows] == [
            [plain(v) for v in row.values()] for row in expected.rows
        ]
    assert found.loaded.entry.step == "mysql"
    assert (
        read(f"mysql://127.0.0.1:{mysql_server.port}/shop#Order Details").types["UnitPrice"]
        == "DECIMAL(12,4)"
    )


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, (int, Decimal)) else value


def test_a_declared_type_is_kept_or_told(read: Callable, at: Callable, mysql_server: Running) -> None:
    mysql_server.run(
        """SET sql_mode = ''; SET time_zone = '+02:00';
           CREATE TABLE kinds (i int, few tinyint(1), tiny tinyint, us tinyint unsigned,
             sm smallint, me mediumint, big bigint unsigned, m decimal(10,2), wide decimal(50,3), d date,
             dt datetime, ts timestamp NULL, ti time, y year,
             e enum('a','b'), b varbinary(4), bi bit(3), u uuid, g point);
           INSERT INTO kinds VALUES (1, 5, -7, 200, -300, 70000, 18446744073709551615, 1.25, 1.5,
             '2020-01-31', '2020-01-31 10:00:00',
             '2020-01-31 10:00:00', '25:10:00', 2020, 'a', x'00ff', b'101', '123e4567-e89b-12d3-a456-426614174000',
             point(1, 2));
           INSERT INTO kinds (i, d, dt) VALUES (2, '0000-00-00', '2020-00-00 00:00:00');""",
        "shop",
    )
    found = read(at(table="kinds"))
    assert found.rows[0] == {
        **{
            "i": 1,
            "few": 5,
            "tiny": -7,
            "us": 200,
            "sm": -300,
            "me": 70000,
            "big": 18446744073709551615,
            "m": Decimal("1.25"),
            "wide": 1.5,
        },
        **{"d": date(2020, 1, 31), "dt": datetime(2020, 1, 31, 10), "ti": "25:10:00", "y": 2020, "e": "a"},
        **{"b": b"\x00\xff", "bi": 5, "u": "123e4567-e89b-12d3-a456-426614174000", "g": "POINT(1 2)"},
        "ts": found.rows[0]["ts"],
    }
    assert found.rows[0]["ts"].replace(tzinfo=None) == datetime(2020, 1, 31, 8)  # in UTC
    assert found.rows[1] == {**dict.fromkeys(found.types), "i": 2}
    assert found.notes["types"] == {
        **{"wide": "decimal(50,3), read as DOUBLE", "ti": "time, read as text", "u": "uuid, read as text"},
        **dict.fromkeys(("d", "dt"), "1 dates without a month or a day, read as missing"),
        "g": "point, read as text",
    }


def test_columns_and_rows_are_chosen_by_the_server(read: Callable, at: Callable) -> None:
    found = read(
        at(
            table="Orders",
            columns=["ShipCountry", "OrderID"],
            where="ShipCountry = 'France' AND Freight > 100",
        )
    )
    every = read(at(table="Orders"))
    assert found.rows == [
        {"ShipCountry": row["ShipCountry"], "OrderID": row["OrderID"]}
        for row in every.rows
        if row["ShipCountry"] == "France" and row["Freight"] > 100
    ]
    assert found.rows


def test_names_that_look_like_sql(read: Callable, at: Callable, mysql_server: Running) -> None:
    mysql_server.run("CREATE TABLE victim (i int); INSERT INTO victim VALUES (1);", "shop")
    for name in ODD:
        columns = ", ".join(f"{quoted(column)} int" for column in ODD)
        values = ", ".join(str(i) for i in range(len(ODD)))
        mysql_server.run(
            f"CREATE TABLE {quoted(name)} ({columns}); INSERT INTO {quoted(name)} VALUES ({values});", "shop"
        )
        assert read(at(table=name)).rows == [{column: i for i, column in enumerate(ODD)}]
    assert read(at(table="victim")).column("i") == [1]


def test_the_fingerprint_sees_every_change(at: Callable, mysql_server: Running, tmp_path: Path) -> None:
    mysql_server.run(
        "CREATE TABLE seen (i int, s text); INSERT INTO seen VALUES (1, 'a'), (2, NULL);"
        "CREATE VIEW seen_v AS SELECT * FROM seen;",
        "shop",
    )
    sources = [parse(Source, at(table=name)) for name in ("seen", "seen_v")]
    prints = [[source.fingerprint(tmp_path) for source in sources]]
    assert [source.fingerprint(tmp_path) for source in sources] == prints[0]
    for change in (
        "UPDATE seen SET s = 'c' WHERE i = 2",
        "INSERT INTO seen VALUES (3, 'd')",
        "DELETE FROM seen WHERE i = 1",
    ):
        mysql_server.run(f"{change};", "shop")
        prints.append([source.fingerprint(tmp_path) for source in sources])
    assert len({one for one, _ in prints}) == len({other for _, other in prints}) == 4


def test_a_wide_table(read: Callable, at: Callable, mysql_server: Running) -> None:
    columns = ", ".join(f"c{i} tinyint" for i in range(1000))  # InnoDB holds 1,017 at most
    mysql_server.run(f"CREATE TABLE wide ({columns}); INSERT INTO wide (c0, c999) VALUES (1, 2);", "shop")
    (row,) = read(at(table="wide")).rows
    assert (len(row), row["c0"], row["c999"], row["c7"]) == (1000, 1, 2, None)


def test_a_wrong_password(read: Callable, at: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYSQL_PWD", "falsch 'geheim")
    said = refused(read, at(table="Orders"))
    assert "does not let the user 'reader' in with this password\n  set MYSQL_USER and MYSQL_PWD" in said
    monkeypatch.setenv("SHOP_PW", PASSWORD)
    assert len(read(at(table="Orders", password_env="SHOP_PW")).rows) == 830


def test_nobody_answers(read: Callable, at: Callable) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert f"no MySQL server answers at 127.0.0.1:{port}: " in refused(read, at(port=port, table="x"))
        taken.listen()  # takes the call and says nothing
        said = refused(read, at(port=port, table="x", timeout=1))
        assert f"no MySQL server answers at 127.0.0.1:{port}: timed out\n  check host and port" in said
    assert "there is no host named 'no.such.invalid'" in refused(read, at(host="no.such.invalid", table="x"))


def test_what_is_missing_or_closed(read: Callable, at: Callable) -> None:
    assert "has no database 'shopp' that the user 'reader' may read\n  did you mean 'shop'?" in refused(
        read, at(database="shopp", table="Orders")
    )
    assert "has no database 'hidden' that the user 'reader' may read" in refused(
        read, at(database="hidden", table="t")
    )
    assert "has no table 'Oders'\n  did you mean 'Orders'?" in refused(read, at(table="Oders"))
    assert "has no column 'OrderId'\n  did you mean 'OrderID'?" in refused(
        read, at(table="Orders", columns=["OrderId"])
    )
    assert "a mysql source needs a database\n  write mysql://host/database#table" in refused(
        read, "mysql://h"
    )


def test_a_database_tells_its_tables_and_what_they_refer_to(mysql_server: Running) -> None:
    mysql_server.run(
        """
        CREATE DATABASE places; GRANT SELECT ON places.* TO reader@'%';
        CREATE TABLE places.customers (shop int, id int, PRIMARY KEY (shop, id));
        CREATE TABLE places.`a.b` (id int PRIMARY KEY, shop int, customer int,
            FOREIGN KEY (shop, customer) REFERENCES places.customers (shop, id));
        CREATE VIEW places.seen AS SELECT 1 AS one;
        """,
        "mysql",
    )
    place = f"mysql://127.0.0.1:{mysql_server.port}/places"
    inside = parse(Source, place).within(Path())
    assert list(inside) == ['"a.b"', "customers"]
    assert inside['"a.b"'].declared(Path()) == {("shop", "customer"): ("customers", ("shop", "id"))}
    assert inside["customers"].declared(Path()) == {}
    assert parse(Source, f'{place}#"a.b"').written() == {**inside['"a.b"'].written(), "schema": None}


def test_values_at_the_edges_of_their_types(read: Callable, at: Callable, mysql_server: Running) -> None:
    table = odd_tables.edges()
    table = table.set_column(5, "x", [[1.5, None, 2.5]])  # it has no numbers that are not finite
    late = [datetime(1970, 1, 2, tzinfo=UTC), datetime(2020, 3, 29, 1, 30, 0, 4, tzinfo=UTC), None]
    table = table.set_column(4, "z", [late])  # its points in time begin in 1970
    kinds = ["bigint", "decimal(38,10)", "date", "datetime(6)", "timestamp(6) NULL", "double", "double"]
    kinds += ["text", "boolean", "blob", "text", "text"]
    mysql_server.run("SET time_zone = '+00:00';" + statements(table, kinds, "`", "x'{}'"), "shop")
    found = read(at(table="edges"))
    for name in table.column_names:
        given = table[name].to_pylist()
        assert found.column(name) == [v.replace(tzinfo=None) if name == "z" and v else v for v in given], name
    assert found.types["digits"] == "DECIMAL(38,10)"


def test_one_snapshot(session: Any, at: Callable, mysql_server: Running, tmp_path: Path) -> None:
    """Rows that others add, change or take away while the table is read are not seen."""
    mysql_server.run("CREATE TABLE moving AS SELECT seq AS i, 0 AS v FROM seq_1_to_200000;", "shop")
    read_as_it_was(session, at(table="moving"), mysql_server, 200_000, tmp_path)


def test_rights(read: Callable, at: Callable, mysql_server: Running) -> None:
    mysql_server.run(
        """CREATE TABLE closed (i int); CREATE TABLE half (i int, secret int); INSERT INTO half VALUES (1, 2);
           CREATE USER q@'%' IDENTIFIED BY 'geheim9'; GRANT SELECT (i) ON shop.half TO q@'%';""",
        "shop",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MYSQL_PWD", "geheim9")
        assert "has no table 'closed'\n  known: half" in refused(read, at(table="closed", user="q"))
        assert read(at(table="half", user="q")).rows == [{"i": 1}]  # the rest is not even seen


def test_a_run_stores_no_password(
    mysql_server: Running, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address = f"mysql://reader:${{SECRET}}@127.0.0.1:{mysql_server.port}/shop#Shippers"
    stores_no_password(address, tmp_path, capfd)
