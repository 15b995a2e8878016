"""A database server as the sources see it: its tables, their columns, and one query over one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.apart import Apart, ForeignError
from thalweg.sources.names import unlike

DATABASE = "db"  # what the attached database is called in the private engine


@dataclass(frozen=True)
class Login:
    """Where a server is, and as whom to speak to it. What is None the client library finds out for itself."""

    host: str | None
    port: int | None
    database: str | None
    user: str | None
    password: str | None = field(repr=False)
    timeout: int


@dataclass(frozen=True)
class Table:
    """A table or view of a server. `kind` is what the server calls its sort."""

    schema: str
    name: str
    kind: str

    @property
    def shown(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Column:
    """A column and its type in the server's own words."""

    name: str
    declared: str


@dataclass(frozen=True)
class Value:
    """How a column is selected, and what the ledger is told of that."""

    expression: exp.Expr
    note: str | None = None


class Server(ABC):
    """One kind of database server. Queries are built here, in its dialect, and run by it: one query, one snapshot."""

    dialect: ClassVar[str]
    ask: ClassVar[str]  # the engine's function that sends a query to the server as it is

    @abstractmethod
    def connect(self, login: Login) -> Apart:
        """A private engine with the database attached as `DATABASE`. Raises SourceError."""

    @abstractmethod
    def tables(self, apart: Apart) -> list[Table]:
        """Every table and view that is not the server's own."""

    @abstractmethod
    def holds_rows(self, table: Table) -> bool:
        """Whether a table has rows of its own: no view, and no part of another table."""

    @abstractmethod
    def columns(self, apart: Apart, table: Table) -> list[Column]:
        """A table's columns in order."""

    @abstractmethod
    def value(self, column: Column) -> Value:
        """How to select a column so that no value comes out as another one."""

    @abstractmethod
    def foreign_keys(self, apart: Apart, table: Table) -> list[tuple[str, str, Table, str]]:
        """What a table declares to refer to, a part of a key each: the constraint's name, the column, the other table
        and the column there; parts of one key in order."""

    @abstractmethod
    def digest(self, apart: Apart, table: Table, columns: Sequence[Column]) -> list[str]:
        """What changes when rows of the table do."""

    @abstractmethod
    def notes(self, apart: Apart, table: Table, columns: Sequence[Column]) -> dict[str, str]:
        """What the ledger should know of the values of some columns beside their types; by the name of the column."""

    @abstractmethod
    def tell(self, error: ForeignError, where: str) -> SourceError:
        """What the server said, as an error of ours: what, where, what to do."""

    def asked(self, query: exp.Query) -> exp.Select:
        """A query of the private engine that gives what the server answers to `query`."""
        text = query.sql(dialect=self.dialect)
        return exp.select(exp.Star()).from_(sql.call(self.ask, DATABASE, text))

    def reference(self, table: Table) -> exp.Table:
        return exp.table_(
            exp.to_identifier(table.name, quoted=True), db=exp.to_identifier(table.schema, quoted=True)
        )


def chosen(
    tables: Sequence[Table], schema: str | None, name: str | None, home: str | None, where: str
) -> Table:
    """The table that a source means: exactly so named, else named so in another case.

    Where no schema is said, `home` comes first, then any other that alone has such a table. Raises SourceError.
    """
    within = [table for table in tables if schema is None or table.schema == schema]
    if not within and schema is not None:
        raise SourceError(
            f"{where} has no schema {schema!r}", hint=did_you_mean(schema, {t.schema for t in tables})
        )
    shown = sorted(table.name if table.schema == (schema or home) else table.shown for table in within)
    if name is None:
        if len(within) == 1:
            return within[0]
        raise SourceError(
            f"{where} holds {len(within)} tables: which one?", hint=f"add #TABLE; {did_you_mean('', shown)}"
        )
    named = [t for t in within if t.name == name] or [
        t for t in within if t.name.casefold() == name.casefold()
    ]
    if not named:
        raise SourceError(f"{where} has no table {name!r}", hint=did_you_mean(name, shown))
    at_home = [table for table in named if table.schema == home]
    if len(named) > 1 and len(at_home) != 1:
        raise SourceError(
            f"{where} has {len(named)} tables {name!r}: {', '.join(table.shown for table in named)}",
            hint="say which: #SCHEMA.TABLE, in the case it has there",
        )
    return (at_home or named)[0]


def wanted_columns(columns: Sequence[Column], wanted: Sequence[str] | None, table: Table) -> list[Column]:
    """The columns a source asks for, in its order. Raises SourceError where one is missing."""
    unlike([column.name for column in columns], table.shown)
    if wanted is None:
        return list(columns)
    known = {column.name: column for column in columns}
    for name in wanted:
        if name not in known:
            raise SourceError(
                f"the table {table.shown} has no column {name!r}", hint=did_you_mean(name, known)
            )
    return [known[name] for name in wanted]


def selected(
    server: Server, table: Table, columns: Sequence[Column], where: exp.Expr | None
) -> tuple[exp.Select, dict[str, str]]:
    """The query that the server is asked, and notes on columns that are not read as they are stored."""
    values = {column.name: server.value(column) for column in columns}
    query = sql.select(server.reference(table), {name: value.expression for name, value in values.items()})
    notes = {name: value.note for name, value in values.items() if value.note}
    return (query if where is None else query.where(where)), notes
