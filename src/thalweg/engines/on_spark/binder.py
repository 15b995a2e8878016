"""What DuckDB says of a query without running it: names, types, and whether it is valid at all.

An empty database in memory has the session's tables and views without their rows. Types on Spark are those that
DuckDB itself would give, and a mistake is told in the same words on both engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql

Columns = dict[str, str]
"""Names and DuckDB types, in order."""


class Binder:
    """An empty twin of a session."""

    def __init__(self, scratch: Path):
        self.scratch = scratch
        self._typed: dict[tuple[str, tuple[tuple[str, str], ...]], str | None] = {}

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        settings = {"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
        connection = duckdb.connect(":memory:", config=settings)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        return connection

    def described(self, query: exp.Query) -> list[tuple[str, str]]:
        """Names, which may repeat, and types of a query's columns. Raises ComponentError where it is wrong."""
        rows = self._run(f"DESCRIBE {query.sql(dialect=sql.DIALECT)}").fetchall()
        return [(row[0], row[1]) for row in rows]

    def table(self, name: str, columns: Mapping[str, str]) -> None:
        """Make an empty table, in place of one or of a view of that name."""
        self._drop(name)
        parts = [exp.ColumnDef(this=_name(column), kind=_kind(kind)) for column, kind in columns.items()]
        schema = exp.Schema(this=sql.table(name), expressions=parts)
        self._run(exp.Create(this=schema, kind="TABLE").sql(dialect=sql.DIALECT))

    def view(self, name: str, query: exp.Query) -> None:
        """Make a view, in place of one or of a table of that name."""
        self._drop(name)
        self._run(
            exp.Create(this=sql.table(name), kind="VIEW", expression=query.copy()).sql(dialect=sql.DIALECT)
        )

    def types(self, values: Sequence[exp.Expr], columns: Mapping[str, str]) -> list[str | None]:
        """The type of each expression over the columns of one row; None of what is no value by itself."""
        over = tuple(columns.items())
        keys = [(value.sql(dialect=sql.DIALECT), over) for value in values]
        unknown = {key: value for key, value in zip(keys, values, strict=True) if key not in self._typed}
        if unknown:
            self._typed |= dict(zip(unknown, self._types(list(unknown.values()), columns), strict=True))
        return [self._typed[key] for key in keys]

    def _types(self, values: Sequence[exp.Expr], columns: Mapping[str, str]) -> list[str | None]:
        named = {f"v{place}": value for place, value in enumerate(values)}
        # beside a plain column, a value that looks at other rows fails
        beside = dict(zip(["beside"], map(sql.column, columns), strict=False))
        try:
            found = self.described(sql.select(empty(columns), {**named, **beside}))
            return [kind for _, kind in found[: len(values)]]
        except ComponentError:
            if len(values) == 1:
                return [None]
            return [self._types([value], columns)[0] for value in values]

    def constant(self, value: exp.Expr, sql_type: str) -> Any:
        """The value of an expression without columns, as an Arrow scalar."""
        query = exp.select(exp.alias_(sql.cast(value.copy(), sql_type), "v"))
        found: pa.Table = self._run(query.sql(dialect=sql.DIALECT)).to_arrow_table()
        return found.column(0)[0]

    def rows(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """The result of a query that reads no table."""
        return self._run(query.sql(dialect=sql.DIALECT)).fetchall()

    def close(self) -> None:
        self._connection.close()

    def _drop(self, name: str) -> None:
        kinds = self._connection.execute(
            "SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name]
        ).fetchall()
        for (kind,) in kinds:
            word = "VIEW" if kind == "VIEW" else "TABLE"
            self._run(exp.Drop(tables=[sql.table(name)], kind=word).sql(dialect=sql.DIALECT))

    def _run(self, text: str) -> duckdb.DuckDBPyConnection:
        from thalweg.engines.duckdb import told

        with told(self.scratch):
            return self._connection.execute(text)


def empty(columns: Mapping[str, str]) -> exp.Select:
    """A query of no interest but for the types of its columns."""
    values = [exp.alias_(exp.cast(exp.null(), _kind(kind)), _name(name)) for name, kind in columns.items()]
    return exp.select(*(values or [exp.null()]))


def _name(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _kind(sql_type: str) -> exp.DataType:
    return exp.DataType.build(sql_type, dialect=sql.DIALECT)


def names_of(pairs: Iterable[tuple[str, str]]) -> Columns:
    """Columns by name; one that repeats a name gets a number, as DuckDB gives it in a subquery."""
    found: Columns = {}
    for name, kind in pairs:
        unique, number = name, 1
        while unique in found:
            unique, number = f"{name}_{number}", number + 1
        found[unique] = kind
    return found
