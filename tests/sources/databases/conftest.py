"""Database servers, started once for all tests that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sources.databases.servers import PASSWORD, Running, mariadb, northwind, postgres


@pytest.fixture(scope="session")
def postgres_server(data: Callable[[str], Path]) -> Iterator[Running]:
    """PostgreSQL with Northwind in the database `shop`, and a user `reader` who may read the tables there are now."""
    statements = northwind(data("northwind/northwind.db"), '"')
    with postgres() as server:
        server.run("CREATE DATABASE shop;", "postgres")
        server.run(statements, "shop")
        password = PASSWORD.replace("'", "''")
        server.run(f"CREATE USER reader PASSWORD '{password}'; GRANT pg_read_all_data TO reader;", "shop")
        yield server


@pytest.fixture(scope="session")
def mysql_server(data: Callable[[str], Path]) -> Iterator[Running]:
    """MariaDB with Northwind in the database `shop`, and a user `reader` who may read that database."""
    types = {"NUMERIC": "decimal(12,4)", "DATETIME": "datetime", "REAL": "double"}
    statements = northwind(data("northwind/northwind.db"), "`", types)
    with mariadb() as server:
        server.run("CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE DATABASE hidden;", "mysql")
        server.run("CREATE TABLE hidden.t (i int);", "mysql")
        server.run(statements, "shop")
        password = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
        server.run(
            f"CREATE USER reader@'%' IDENTIFIED BY '{password}'; GRANT SELECT ON shop.* TO reader@'%';",
            "mysql",
        )
        yield server
