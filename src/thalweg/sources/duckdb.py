"""Tables of DuckDB files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.sources.found import ends_in, found, path_and, size_of
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    from thalweg.engines.apart import Apart, ForeignError
    from thalweg.sources.databases.server import Table

ENDINGS = (".duckdb", ".ddb")
HOME = "main"  # the schema of tables that were given none
STORED = "BASE TABLE"  # what is no view
FILE = "file"  # what the attached file is called in the private engine


class DuckDBFile(Source):
    """Read a table or view of a DuckDB file: `shop.duckdb#orders`, `shop.duckdb#sales.orders`, or in full.

    The file is opened for reading only, and read in one snapshot. Enumerations and types that later stages do not know
    (JSON, INTERVAL, BIT …) are read as text, HUGEINT as DECIMAL of 38 digits. A file that a program has open for
    writing cannot be read.
    """

    kind: ClassVar[str] = "duckdb"

    path: str
    """The database, from the folder of the pipeline file."""
    table: str | None = None
    """The table or view, such as `orders` or `sales.orders`. Left out: the only one there is."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return path_and(value, "table")

    @classmethod
    def claims(cls, value: Any) -> bool:
        return ends_in(value, ENDINGS)

    @classmethod
    def example(cls) -> Self:
        return cls(path="shop.duckdb", table="orders")

    def fingerprint(self, folder: Path) -> str:
        path = self._file(folder)
        log = path.with_name(path.name + ".wal")  # what was written and is not yet in the database file
        files = [path, log] if log.is_file() else [path]
        return fingerprint([self.table, [fingerprint_file(file) for file in files]])

    def within(self, folder: Path) -> Mapping[str, Source]:
        if self.table is not None:
            return {}
        path = self._file(folder)
        with _attached(path) as apart:
            tables = [table for table in _tables(apart) if table.kind == STORED]
        names = [table.name if table.schema == HOME else table.shown for table in tables]
        return {name: DuckDBFile(path=self.path, table=name) for name in sorted(names)}

    def declared(self, folder: Path) -> Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]:
        if self.table is None:
            return {}
        path = self._file(folder)
        with _attached(path) as apart:
            table = self._table(apart, path)
            return _foreign_keys(apart, table)

    def size(self, folder: Path) -> int:
        return size_of([self._file(folder)])

    def open(self, name: str, place: Place) -> Opened:
        from sqlglot import exp

        from thalweg.engines.apart import ForeignError, open_apart
        from thalweg.sources.foreign import offered

        path, apart = self._file(place.folder), open_apart()
        try:
            apart.attach(str(path), FILE)
            apart.run(f"USE {FILE}")  # else a view does not find the tables it reads
            table = self._table(apart, path)
            name_, schema, file = (
                exp.to_identifier(part, quoted=True) for part in (table.name, table.schema, FILE)
            )
            reference = exp.table_(name_, db=schema, catalog=file)
            query = exp.select(exp.Star()).from_(reference)
            return offered(place.session, apart, query, name, lambda error: _told(error, path))
        except ForeignError as error:
            apart.close()
            raise _told(error, path) from None
        except SourceError:
            apart.close()
            raise

    def _file(self, folder: Path) -> Path:
        (path,) = found([self.path], folder)[:1]
        return path

    def _table(self, apart: Apart, path: Path) -> Table:
        from thalweg.sources.databases.server import chosen

        tables = _tables(apart)
        exact = [table for table in tables if table.name == self.table]
        schema, dot, name = (self.table or "").partition(".")
        if dot and not exact:  # a name may hold a dot of its own
            return chosen(tables, schema, name, HOME, str(path))
        return chosen(tables, None, self.table, HOME, str(path))


@contextmanager
def _attached(path: Path) -> Iterator[Apart]:
    """A private engine with the file in it, for as long as the block lasts. Raises SourceError."""
    from thalweg.engines.apart import ForeignError, open_apart

    with open_apart() as apart:
        try:
            apart.attach(str(path), FILE)
            yield apart
        except ForeignError as error:
            raise _told(error, path) from None


def _tables(apart: Apart) -> list[Table]:
    """The tables and views of the attached file."""
    from sqlglot import exp

    from thalweg.engines import sql
    from thalweg.sources.databases.server import Table

    query = exp.select("table_schema", "table_name", "table_type").from_("information_schema.tables")
    return [Table(*row) for row in apart.run(query.where(sql.column("table_catalog").eq(FILE)))]


def _foreign_keys(apart: Apart, table: Table) -> dict[tuple[str, ...], tuple[str, tuple[str, ...]]]:
    """What a table declares to refer to, which always lies in its own schema."""
    from sqlglot import exp

    from thalweg.engines import sql

    names = ("constraint_column_names", "referenced_table", "referenced_column_names")
    query = sql.select(exp.select(exp.Star()).from_(sql.call("duckdb_constraints")), names).where(
        sql.column("database_name").eq(FILE),
        sql.column("schema_name").eq(table.schema),
        sql.column("table_name").eq(table.name),
        sql.column("constraint_type").eq("FOREIGN KEY"),
    )
    home = "" if table.schema == HOME else f"{table.schema}."
    return {tuple(columns): (f"{home}{other}", tuple(keys)) for columns, other, keys in apart.run(query)}


def _told(error: ForeignError, path: Path) -> SourceError:
    said = error.message
    if re.search(r"\block\b", said) or "Unique file handle" in said:
        return SourceError(
            f"{path} is open in another program for writing", hint="close it there, or copy the file"
        )
    if "not a valid DuckDB" in said or "enough bytes" in said or "checksum" in said.lower():
        return SourceError(f"{path} is damaged, or is no DuckDB file: {said}", hint="write it again")
    return SourceError(f"{path} cannot be read: {said}")
