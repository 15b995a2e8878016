"""Tables of a real PostgreSQL: read as they are, refused in words that help, and no password anywhere."""

from __future__ import annotations

import socket
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.sources import odd_tables
from tests.sources.databases.secrets import refused, stores_no_password
from tests.sources.databases.servers import PASSWORD, Running, northwind
from tests.sources.databases.snapshot import read_as_it_was
from tests.sources.databases.statements import statements
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, PipelineError
from thalweg.pipeline.init import write_pipeline
from thalweg.pipeline.run import run_file
from thalweg.sources.source import Source

ODD = ['a"b', "c.d", "e f", "日期", "select", "x'; DROP TABLE victim; --", "tab\tulator", "100%", "ÄÖ"]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", "reader")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


@pytest.fixture
def at(postgres_server: Running) -> Callable[..., dict[str, Any]]:
    """`at(table="orders")`: the full form of a source."""
    place = {"kind": "postgres", "host": "127.0.0.1", "port": postgres_server.port, "database": "shop"}
    return lambda **fields: {**place, **fields}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_northwind_is_what_sqlite_holds(
    read: Callable, postgres_server: Running, data: Callable[[str], Path]
) -> None:
    with closing(sqlite3.connect(f"file:{data('northwind/northwind.db')}?mode=ro", uri=True)) as connection:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for name in ("Orders", "Order Details", "Products", "Customers", "Employees"):
            assert name in names
            found = read(f"postgres://127.0.0.1:{postgres_server.port}/shop#{name}")
            columns = ", ".join(quoted(column) for column in found.types)
            rows = connection.execute(f"SELECT {columns} FROM {quoted(name)} ORDER BY rowid").fetchall()
            assert [tuple(map(plain, row.values())) for row in found.rows] == [
                tuple(as_read(value, kind) for value, kind in zip(row, found.types.values(), strict=True))
                for row in rows
            ]
    assert found.loaded.entry.step == "postgres"


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else value


def as_read(value: Any, kind: str) -> Any:
    if value is None or kind not in ("DATE", "TIMESTAMP"):
        return plain(value)
    return (date if kind == "DATE" else datetime).fromisoformat(value)


def test_a_declared_type_is_kept_or_told(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run(
        """CREATE TABLE kinds (i int, n numeric, m numeric(10,2), wide numeric(40,3), d date, ts timestamp,
             tz timestamptz, ti time, b bytea, j jsonb, u uuid, a int[], bo bool, ip inet, iv interval, e real);
           INSERT INTO kinds VALUES (1, 1.5, 2.25, 12345678901234567890.5, '2020-01-31', '2020-01-31 10:00',
             '2020-01-31 10:00+02', '10:30', '\\xff00', '{"a": 1}', '123e4567-e89b-12d3-a456-426614174000', '{1,NULL}',
             true, '10.0.0.1', '1 day', 1.5),
             (2, 'NaN', 'NaN', 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'NaN');""",
        "shop",
    )
    found = read(at(table="kinds"))
    assert found.types == {
        **{
            "i": "INTEGER",
            "n": "DOUBLE",
            "m": "DECIMAL(10,2)",
            "wide": "DOUBLE",
            "d": "DATE",
            "ts": "TIMESTAMP",
        },
        **{"tz": "TIMESTAMP WITH TIME ZONE", "ti": "TIME", "b": "BLOB", "j": "VARCHAR", "u": "VARCHAR"},
        **{"a": "INTEGER[]", "bo": "BOOLEAN", "ip": "VARCHAR", "iv": "VARCHAR", "e": "FLOAT"},
    }
    assert found.rows[0] == {
        **{"i": 1, "n": 1.5, "m": Decimal("2.25"), "wide": 12345678901234567890.5, "d": date(2020, 1, 31)},
        **{
            "ts": datetime(2020, 1, 31, 10),
            "tz": datetime(2020, 1, 31, 8, tzinfo=UTC),
            "ti": time(10, 30),
        },
        **{"b": b"\xff\x00", "j": '{"a": 1}', "u": "123e4567-e89b-12d3-a456-426614174000", "a": [1, None]},
        **{"bo": True, "ip": "10.0.0.1/32", "iv": "1 day", "e": 1.5},
    }
    assert found.rows[1] == {**dict.fromkeys(found.types), "i": 2}  # NaN is missing, and not 0
    assert found.notes["types"] == {
        **{"n": "numeric, read as DOUBLE", "wide": "numeric(40,3), read as DOUBLE"},
        **{"ip": "inet, read as text", "iv": "interval, read as text"},
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
    assert list(found.types) == ["ShipCountry", "OrderID"]
    assert found.rows == [
        {"ShipCountry": row["ShipCountry"], "OrderID": row["OrderID"]}
        for row in every.rows
        if row["ShipCountry"] == "France" and row["Freight"] > 100
    ]
    assert found.rows


def test_names_that_look_like_sql(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run("CREATE TABLE victim (i int); INSERT INTO victim VALUES (1);", "shop")
    for name in ODD:
        columns = ", ".join(f"{quoted(column)} int" for column in ODD)
        values = ", ".join(str(i) for i in range(len(ODD)))
        postgres_server.run(
            f"CREATE TABLE {quoted(name)} ({columns}); INSERT INTO {quoted(name)} VALUES ({values});", "shop"
        )
        found = read(at(table=name, where=f"{quoted(ODD[5])} = 5"))
        assert found.rows == [{column: i for i, column in enumerate(ODD)}]
    assert read(at(table="victim")).column("i") == [1]
    assert read(f'postgres://127.0.0.1:{postgres_server.port}/shop#"c.d"').column("c.d") == [1]
    assert "has no table 'victim; DROP TABLE victim'" in refused(read, at(table="victim; DROP TABLE victim"))


def test_a_schema_is_found_or_said(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run(
        """CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.alone (i int); INSERT INTO one.alone VALUES (1);
           CREATE TABLE one.both (i int); CREATE TABLE two.both (i int); INSERT INTO two.both VALUES (2);""",
        "shop",
    )
    address = f"postgres://127.0.0.1:{postgres_server.port}/shop"
    assert read(f"{address}#one.alone").column("i") == [1]
    assert read(at(table="alone")).column("i") == [1]
    assert read(at(schema="two", table="both")).column("i") == [2]
    assert "has 2 tables 'both': one.both, two.both\n  say which: #SCHEMA.TABLE" in refused(
        read, at(table="both")
    )
    assert "has no schema 'twoo'\n  did you mean 'two'?" in refused(read, at(schema="twoo", table="both"))
    assert "source 't' is empty" in refused(read, f"{address}#one.both")


def test_views_and_partitions(read: Callable, at: Callable, postgres_server: Running, tmp_path: Path) -> None:
    postgres_server.run(
        """CREATE VIEW french AS SELECT * FROM "Customers" WHERE "Country" = 'France';
           CREATE TABLE parts (i int, y int) PARTITION BY LIST (y);
           CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
           CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
           INSERT INTO parts VALUES (1, 1), (2, 2);""",
        "shop",
    )
    assert len(read(at(table="french")).rows) == 11
    assert read(at(table="parts")).rows == [{"i": 1, "y": 1}, {"i": 2, "y": 2}]
    before = [parse(Source, at(table=name)).fingerprint(tmp_path) for name in ("french", "parts")]
    postgres_server.run(
        'UPDATE "Customers" SET "City" = \'Lyon\' WHERE "CustomerID" = \'VINET\'; UPDATE parts SET i = 3 WHERE i = 2;',
        "shop",
    )
    after = [parse(Source, at(table=name)).fingerprint(tmp_path) for name in ("french", "parts")]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_the_fingerprint_sees_every_change_and_nothing_else(
    at: Callable, postgres_server: Running, tmp_path: Path
) -> None:
    postgres_server.run(
        "CREATE TABLE seen (i int, s text); INSERT INTO seen VALUES (1, 'a'), (2, 'b');", "shop"
    )
    source = parse(Source, at(table="seen"))
    prints = [source.fingerprint(tmp_path)]
    assert source.fingerprint(tmp_path) == prints[0]
    for change in (
        "UPDATE seen SET s = 'c' WHERE i = 2",
        "INSERT INTO seen VALUES (3, 'd')",
        "DELETE FROM seen WHERE i = 1",
        "INSERT INTO seen VALUES (1, 'a')",
        "ALTER TABLE seen ADD COLUMN t int",
        "ALTER TABLE seen RENAME COLUMN s TO u",
    ):
        postgres_server.run(f"{change};", "shop")
        prints.append(source.fingerprint(tmp_path))
    assert len(set(prints)) == len(prints)


def test_one_snapshot(session: Any, at: Callable, postgres_server: Running, tmp_path: Path) -> None:
    """Rows that others add, change or take away while the table is read are not seen."""
    postgres_server.run("CREATE TABLE moving AS SELECT i, 0 AS v FROM generate_series(1, 300000) i;", "shop")
    read_as_it_was(session, at(table="moving"), postgres_server, 300_000, tmp_path)


def test_a_wide_table_and_one_row(read: Callable, at: Callable, postgres_server: Running) -> None:
    columns = ", ".join(f"c{i} smallint" for i in range(1500))  # PostgreSQL holds 1,600 at most
    postgres_server.run(f"CREATE TABLE wide ({columns}); INSERT INTO wide (c0, c1499) VALUES (1, 2);", "shop")
    (row,) = read(at(table="wide")).rows
    assert (len(row), row["c0"], row["c1499"], row["c7"]) == (1500, 1, 2, None)


def test_values_at_the_edges_of_their_types(read: Callable, at: Callable, postgres_server: Running) -> None:
    table = odd_tables.edges()
    kinds = ["bigint", "numeric(38,10)", "date", "timestamp", "timestamptz", "float8", "float8", "text"]
    kinds += ["boolean", "bytea", "text", "text"]
    made = statements(table, kinds, '"', r"'\x{}'")
    postgres_server.run(f"SET TimeZone = 'UTC'; {made}", "shop")
    found = read(at(table="edges"))
    for name in table.column_names:
        given = table[name].to_pylist()
        assert found.column(name) == [None if value != value else value for value in given], name
    assert found.types["digits"] == "DECIMAL(38,10)"


def test_dates_that_never_come(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run(
        """CREATE TABLE endless (k int, d date, t timestamp(3), z timestamptz);
           INSERT INTO endless VALUES (1, 'infinity', '-infinity', 'infinity'), (2, '2020-01-31', NULL, NULL);""",
        "shop",
    )
    found = read(at(table="endless"))
    assert found.rows == [
        {"k": 1, "d": None, "t": None, "z": None},
        {"k": 2, "d": date(2020, 1, 31), "t": None, "z": None},
    ]
    assert found.notes == {"types": dict.fromkeys("dtz", "1 infinite dates, read as missing")}


def test_some_columns_may_be_read(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run(
        """CREATE USER half PASSWORD 'geheim8'; CREATE TABLE halved (a int, secret int);
           INSERT INTO halved VALUES (1, 2); GRANT SELECT (a) ON halved TO half;""",
        "shop",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", "geheim8")
        assert "permission denied for table halved" in refused(read, at(table="halved", user="half"))
        assert read(at(table="halved", user="half", columns=["a"])).column("a") == [1]


def test_a_run_stores_no_password(
    postgres_server: Running, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in the resolved file, the ledger, run.json, nor in what the command says where it fails."""
    address = f"postgres://reader:${{SECRET}}@127.0.0.1:{postgres_server.port}/shop#Shippers"
    stores_no_password(address, tmp_path, capfd)


def test_a_wrong_password(read: Callable, at: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "falsch 'geheim")
    said = refused(read, at(table="Orders"))
    assert "does not let the user 'reader' in with this password\n  set PGUSER and PGPASSWORD" in said
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    assert "does not let the user in without a password" in refused(read, at(table="Orders"))
    monkeypatch.setenv("SHOP_PW", PASSWORD)
    assert len(read(at(table="Orders", password_env="SHOP_PW")).rows) == 830
    said = refused(read, at(table="Orders", password_env="SHOP_PASS"))
    assert "the environment variable SHOP_PASS, which the source names, is not set" in said


def test_a_password_file(
    read: Callable, at: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgres_server: Running
) -> None:
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    (tmp_path / "pgpass").write_text(f"127.0.0.1:{postgres_server.port}:shop:reader:{escaped}\n")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    assert len(read(at(table="Orders")).rows) == 830


def test_the_password_is_stored_nowhere(
    read: Callable, postgres_server: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WHO", "reader")
    monkeypatch.setenv("SECRET", PASSWORD)
    monkeypatch.delenv("PGPASSWORD")
    address = "postgres://${WHO}:${SECRET}@127.0.0.1:PORT/shop#Shippers".replace(
        "PORT", str(postgres_server.port)
    )
    found = read(address)
    assert len(found.rows) == 3
    written = parse(Source, address).written()
    assert written["password_env"] == "SECRET"
    assert written["user"] == "${WHO}"
    assert written["schema"] is None
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
    secrets = found.loaded.table.session.connection.execute("FROM duckdb_secrets()").fetchall()
    assert secrets == []


def test_a_password_in_the_file_is_refused_without_being_repeated() -> None:
    for wrong in (
        "postgres://me:geheim@host/shop#t",
        "postgres://me:geheim@host:99999/shop#t",
        "postgres://me:geheim@h/d?x=1",
    ):
        with pytest.raises(ValueError, match=r"password|port|settings") as raised:
            parse(Source, wrong)
        assert "geheim" not in str(raised.value)
    with pytest.raises(
        ValueError, match=r"put it into an environment variable and write \$\{VARIABLE\} in its place"
    ):
        parse(Source, "postgres://me:geheim@host/shop#t")
    with pytest.raises(ValueError, match="unknown key 'password'; did you mean 'password_env'") as raised:
        parse(Source, {"postgres": {"host": "h", "password": "geheim"}})
    assert "geheim" not in str(raised.value)


def test_nobody_answers(read: Callable, at: Callable) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        said = refused(read, at(port=port, table="x"))
        assert f"no PostgreSQL server answers at 127.0.0.1:{port}: " in said
        assert "check host and port" in said
        taken.listen()  # takes the call and says nothing
        said = refused(read, at(port=port, table="x", timeout=2))
        assert f"no PostgreSQL server answers at 127.0.0.1:{port}: " in said
        assert "timeout" in said
    assert "there is no host named 'no.such.invalid'" in refused(read, at(host="no.such.invalid", table="x"))


def test_what_is_missing(read: Callable, at: Callable) -> None:
    assert "has no database 'shopp'\n  did you mean 'shop'?" in refused(
        read, at(database="shopp", table="Orders")
    )
    assert "has no table 'Oders'\n  did you mean 'Orders'?" in refused(read, at(table="Oders"))
    assert "tables: which one?" in refused(read, at())
    said = refused(read, at(table="Orders", columns=["OrderId"]))
    assert "the table public.Orders has no column 'OrderId'\n  did you mean 'OrderID'?" in said
    said = refused(read, at(table="Orders", where="Fraight > 1"))
    assert "names no known column: 'Fraight'" in said
    assert "is not valid SQL" in refused(read, at(table="Orders", where="Freight >"))
    assert "may use columns and functions only" in refused(
        read, at(table="Orders", where="OrderID IN (SELECT 1)")
    )


def test_no_permission(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run("CREATE USER stranger PASSWORD 'geheim9'; CREATE TABLE closed (i int);", "shop")
    postgres_server.run("INSERT INTO closed VALUES (1);", "shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", "geheim9")
        said = refused(read, at(table="closed", user="stranger"))
    assert "permission denied for table closed\n  ask for the right SELECT on it" in said


def test_a_value_that_fails_on_the_way(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run("CREATE VIEW broken AS SELECT 1 / (i - 5) AS i FROM generate_series(1, 9) i;", "shop")
    assert "/shop: division by zero" in refused(read, at(table="broken"))


def test_names_that_differ_only_in_case(read: Callable, at: Callable, postgres_server: Running) -> None:
    postgres_server.run('CREATE TABLE twice (a int, "A" int); INSERT INTO twice VALUES (1, 2);', "shop")
    assert "names that differ only in case: 'a', 'A'" in refused(read, at(table="twice"))


def test_no_connection_is_left_open(
    read: Callable, at: Callable, postgres_server: Running, tmp_path: Path
) -> None:
    postgres_server.run("CREATE VIEW fails AS SELECT 1 / (i - 5) AS i FROM generate_series(1, 9) i;", "shop")
    read(at(table="Orders"))
    assert none_open(postgres_server)
    parse(Source, at(table="Orders")).fingerprint(tmp_path)
    assert none_open(postgres_server)
    refused(read, at(table="fails"))
    assert none_open(postgres_server)
    refused(read, at(table="nix"))
    assert none_open(postgres_server)


def none_open(server: Running) -> bool:
    """Whether the reader's connections come to an end within seconds; the server takes a moment to note it."""
    count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader';"
    for _ in range(30):
        if int(server.run(count, "postgres")) == 0:
            return True
        sleep(0.1)
    return False


def test_short_and_long_forms() -> None:
    short = parse(Source, "postgresql://me@[::1]:5433/shop#public.orders")
    assert short == parse(
        Source,
        {
            "postgres": {
                "host": "::1",
                "port": 5433,
                "database": "shop",
                "schema": "public",
                "table": "orders",
                "user": "me",
            }
        },
    )
    assert parse(Source, 'postgres://h/d#"a.b"."c""d"').written()["table"] == 'c"d'
    with pytest.raises((ComponentError, ValueError), match="a name that holds a dot stands in double quotes"):
        parse(Source, "postgres://h/d#a.b.c")


def test_a_database_tells_its_tables_and_what_they_refer_to(postgres_server: Running) -> None:
    postgres_server.run("CREATE DATABASE places;", "postgres")
    postgres_server.run(
        """
        CREATE SCHEMA sales; GRANT USAGE ON SCHEMA sales TO reader;
        CREATE TABLE sales.customers (shop int, id int, PRIMARY KEY (shop, id));
        CREATE TABLE "a.b" (id int PRIMARY KEY, shop int, customer int,
            FOREIGN KEY (shop, customer) REFERENCES sales.customers);
        CREATE TABLE days (day date, what int REFERENCES "a.b") PARTITION BY RANGE (day);
        CREATE TABLE days_2024 PARTITION OF days FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE VIEW seen AS SELECT 1 AS one;
        """,
        "places",
    )
    place = f"postgres://127.0.0.1:{postgres_server.port}/places"
    inside = parse(Source, place).within(Path())
    assert list(inside) == ['"a.b"', "days", "sales.customers"]  # no view, and no part of a partitioned table
    for part, source in inside.items():
        assert {**source.written(), "schema": None} == {
            **parse(Source, f"{place}#{part}").written(),
            "schema": None,
        }
        assert source.within(Path()) == {}
    assert inside['"a.b"'].declared(Path()) == {("shop", "customer"): ("sales.customers", ("shop", "id"))}
    assert inside["days"].declared(Path()) == {("what",): ('"a.b"', ("id",))}
    assert inside["sales.customers"].declared(Path()) == {}


def test_init_writes_a_file_that_runs_and_holds_no_password(
    postgres_server: Running, data: Callable[[str], Path], tmp_path: Path
) -> None:
    postgres_server.run("CREATE DATABASE northwind;", "postgres")
    postgres_server.run(northwind(data("northwind/northwind.db"), '"'), "northwind")
    file = tmp_path / "shop.yaml"
    place = f"postgres://127.0.0.1:{postgres_server.port}/northwind"
    proposed = write_pipeline([place], file)
    text = file.read_text(encoding="utf-8")
    assert (proposed["main"], proposed["target"]) == ("Order Details", "Quantity")
    assert set(proposed["joins"]) >= {"Orders", "Products", "Customers", "Employees", "Categories"}
    assert f"{place}#Orders" in text
    assert PASSWORD not in text
    assert "geheim" not in text
    assert run_file(file, until="sources")["rows"]["in"] == 2155


def test_init_on_a_server_that_does_not_let_in(
    postgres_server: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong" + PASSWORD)
    with pytest.raises(PipelineError) as raised:
        write_pipeline([f"postgres://127.0.0.1:{postgres_server.port}/shop"], tmp_path / "p.yaml")
    assert "does not let the user 'reader' in with this password" in str(raised.value)
    assert PASSWORD not in "".join(traceback.format_exception(raised.value))
