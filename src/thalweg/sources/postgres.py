"""Tables of PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from thalweg.sources.databases.server_source import ServerSource

if TYPE_CHECKING:
    from thalweg.sources.databases.server import Login, Server


class Postgres(ServerSource):
    """Read a table or view of PostgreSQL: `postgres://host/database#schema.table`.

    Credentials come from the environment alone: PGUSER and PGPASSWORD, `~/.pgpass`, or the variable that
    `password_env` names; PGSSLMODE and its like count too. In an address `${NAME}` stands for a variable:
    `postgres://reader:${SHOP_PASSWORD}@db.example.org/shop#orders`.

    The table is read by one query, hence in one snapshot: what others change meanwhile is not seen. Whether it is read
    again is told by a digest of its rows' positions and transaction numbers (`ctid`, `xmin`), which the server
    computes: any insertion, update or deletion changes it, and so does a rewrite of the table that changes nothing; of
    a view, and of a foreign table, by a digest of the rows themselves. `numeric(p, s)` is read as DECIMAL up to 38
    digits, other `numeric` as DOUBLE, its NaN as missing; types that have no equal are read as text.
    """

    kind: ClassVar[str] = "postgres"
    schemes: ClassVar[tuple[str, ...]] = ("postgres", "postgresql")

    @classmethod
    def example(cls) -> Self:
        return cls.model_validate(
            {"host": "db.example.org", "database": "shop", "schema": "public", "table": "orders"}
        )

    def server(self) -> Server:
        from thalweg.sources.databases.postgres_server import PostgresServer

        return PostgresServer()

    def login(self) -> Login:
        from thalweg.sources.databases.server import Login

        return Login(
            **self.place(), port=self.port, password=self.password("PGPASSWORD"), timeout=self.timeout
        )

    def home(self) -> str:
        return "public"
