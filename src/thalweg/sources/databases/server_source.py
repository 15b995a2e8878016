"""What the sources that read a table of a database server share: their settings, and how they are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from thalweg.core.errors import ComponentError, SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.sources.databases.address import fields_of, filled, quoted_part, variable
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    from sqlglot import exp

    from thalweg.engines.apart import Apart
    from thalweg.sources.databases.server import Column, Login, Server, Table


class ServerSource(Source, ABC):
    """A table of a database server."""

    model_config = ConfigDict(hide_input_in_errors=True)  # an address may hold a password by mistake

    schemes: ClassVar[tuple[str, ...]] = ()
    schemas: ClassVar[bool] = True
    """Whether a database holds schemas, and is not one itself."""

    host: str | None = None
    """The server's name or address; `${NAME}` stands for an environment variable, here and in the next fields."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """The port, where it is not the usual one."""
    database: str | None = None
    """The database."""
    schema_: str | None = Field(default=None, alias="schema")
    """The schema that holds the table. Left out: the usual one, else the only one that has such a table."""
    table: str | None = None
    """The table or view. Left out: the only one there is."""
    user: str | None = None
    """As whom to log in. Left out: whom the environment names."""
    password_env: str | None = None
    """The environment variable that holds the password. Left out: the one that the server's own programs read."""
    columns: tuple[str, ...] | None = None
    """Only these columns, in this order; others are not fetched."""
    where: str | None = None
    """An SQL condition: only rows that satisfy it are fetched. The server decides it."""
    timeout: int = Field(default=10, ge=1)
    """Seconds to wait for the server to answer at all."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return fields_of(value, cls.schemes) if isinstance(value, str) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        return isinstance(value, str) and value.lower().startswith(
            tuple(f"{scheme}://" for scheme in cls.schemes)
        )

    @abstractmethod
    def server(self) -> Server:
        """How to speak to this kind of server."""

    @abstractmethod
    def login(self) -> Login:
        """Where and as whom, from the settings and the environment."""

    def fingerprint(self, folder: Path) -> str:
        with self._connected() as (server, apart, table, columns):
            described = [[column.name, column.declared] for column in columns]
            return fingerprint([table.shown, described, server.digest(apart, table, columns)])

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.databases.server import selected, wanted_columns
        from thalweg.sources.foreign import offered

        login, server = self.login(), self.server()
        apart = server.connect(login)
        with ExitStack() as undo:
            undo.callback(apart.close)
            with self._told(server):
                table = self._table(server, apart)
                every = server.columns(apart, table)
            if not every:
                raise SourceError(f"the table {table.shown} has no columns that {self.shown} lets be read")
            columns = wanted_columns(every, self.columns, table)
            query, notes = selected(server, table, columns, self._condition(every))
            with self._told(server):
                notes |= server.notes(apart, table, columns)
            opened = offered(
                place.session, apart, server.asked(query), name, lambda e: server.tell(e, self.shown), notes
            )
            undo.pop_all()  # from here on whoever reads it closes it
            return opened

    def within(self, folder: Path) -> Mapping[str, Source]:
        if self.table is not None:
            return {}
        server = self.server()
        with server.connect(self.login()) as apart, self._told(server):
            tables = [table for table in server.tables(apart) if server.holds_rows(table)]
        wanted = self.schema_ if self.schemas else self.home()
        tables = [table for table in tables if wanted in (None, table.schema)]
        return {
            self._part(table): self.model_copy(update={"schema_": table.schema, "table": table.name})
            for table in tables
        }

    def declared(self, folder: Path) -> Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]:
        if self.table is None:
            return {}
        with self._connected() as (server, apart, table, _):
            parts = server.foreign_keys(apart, table)
        keys = {name: [part for part in parts if part[0] == name] for name, *_ in parts}
        return {
            tuple(column for _, column, _, _ in key): (
                self._part(key[0][2]),
                tuple(there for *_, there in key),
            )
            for key in keys.values()
        }

    def _part(self, table: Table) -> str:
        """How a table is written after `#`."""
        names = (table.name,) if table.schema == self.home() else (table.schema, table.name)
        return ".".join(map(quoted_part, names))

    @property
    def shown(self) -> str:
        """The server and the database as messages name them, without credentials."""
        port = f":{self.port}" if self.port else ""
        return f"{self.schemes[0]}://{self.host or ''}{port}/{self.database or ''}"

    def place(self) -> dict[str, str | None]:
        """Host, database and user with the environment filled in."""
        return {"host": filled(self.host), "database": filled(self.database), "user": filled(self.user)}

    def password(self, usual: str) -> str | None:
        """The password from the variable that the source names, else from the usual one, else None."""
        import os

        return variable(self.password_env) if self.password_env else os.environ.get(usual)

    @contextmanager
    def _connected(self) -> Iterator[tuple[Server, Apart, Table, list[Column]]]:
        server = self.server()
        with server.connect(self.login()) as apart, self._told(server):
            table = self._table(server, apart)
            yield server, apart, table, server.columns(apart, table)

    @contextmanager
    def _told(self, server: Server) -> Iterator[None]:
        from thalweg.engines.apart import ForeignError

        try:
            yield
        except ForeignError as error:
            raise server.tell(error, self.shown) from None

    def _table(self, server: Server, apart: Apart) -> Table:
        from thalweg.sources.databases.server import chosen

        return chosen(server.tables(apart), self.schema_, self.table, self.home(), self.shown)

    @abstractmethod
    def home(self) -> str | None:
        """The schema that is looked into first."""

    def _condition(self, columns: list[Column]) -> exp.Expr | None:
        from thalweg.engines import sql

        if self.where is None:
            return None
        try:
            return sql.parse_expression(self.where, [column.name for column in columns], "condition")
        except ComponentError as error:
            error.path = ("where", *error.path)
            raise
