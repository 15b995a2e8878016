"""Tables of SQLite databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.sources.found import ends_in, found, path_and, size_of
from thalweg.sources.relay import Relay
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.core.errors import DataError
    from thalweg.engines.engine import Session
    from thalweg.sources.databases.sqlite_table import SqliteTable

ENDINGS = (".sqlite", ".sqlite3", ".db", ".db3")


class Sqlite(Source):
    """Read a table or view of a SQLite database: `shop.sqlite#orders`, or `{path: shop.sqlite, table: orders}`.

    Columns have the types they were declared with: INTEGER as BIGINT; REAL, NUMERIC and DECIMAL as DOUBLE; BOOLEAN of
    0 and 1; DATE, DATETIME and TIMESTAMP of ISO text; CHAR and TEXT as text. SQLite lets any value into any column:
    where more than one in a hundred is not of its declared type, the column is read as what it holds; where fewer
    are, their rows go to quarantine.
    """

    kind: ClassVar[str] = "sqlite"

    path: str
    """The database, from the folder of the pipeline file."""
    table: str | None = None
    """The table or view. Left out: the only one there is."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return path_and(value, "table")

    @classmethod
    def claims(cls, value: Any) -> bool:
        return ends_in(value, ENDINGS)

    @classmethod
    def example(cls) -> Self:
        return cls(path="shop.sqlite", table="orders")

    def fingerprint(self, folder: Path) -> str:
        path = self._file(folder)
        journal = path.with_name(path.name + "-wal")  # what was written and is not yet in the database file
        files = [path, journal] if journal.is_file() else [path]
        return fingerprint([self.table, [fingerprint_file(file) for file in files]])

    def within(self, folder: Path) -> Mapping[str, Source]:
        if self.table is not None:
            return {}
        from thalweg.sources.databases.sqlite_table import table_names

        return {name: Sqlite(path=self.path, table=name) for name in table_names(self._file(folder))}

    def declared(self, folder: Path) -> Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]:
        if self.table is None:
            return {}
        from thalweg.sources.databases.sqlite_table import foreign_keys

        return foreign_keys(self._file(folder), self.table)

    def size(self, folder: Path) -> int:
        return size_of([self._file(folder)])

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.databases.sqlite_table import open_table

        return OpenedSqlite(place.session, open_table(self._file(place.folder), self.table))

    def _file(self, folder: Path) -> Path:
        (path,) = found([self.path], folder)[:1]
        return path


@dataclass
class OpenedSqlite(Opened):
    """A table, read through Python's own SQLite in Arrow batches."""

    session: Session
    table: SqliteTable
    aside: Path | None = field(default=None)
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.session, "sqlite")

    @property
    def query(self) -> exp.Query:
        self.aside = self.session.scratch / f"sqlite_{uuid4().hex}.parquet"
        return self.relay.offer(self.table.schema, self.table.batches(self.aside))

    @property
    def notes(self) -> dict[str, Any]:
        return {"types": self.table.notes} if self.table.notes else {}

    def mend(self, error: DataError) -> Opened:
        raise self.relay.told(error) from None

    def rejected(self) -> Iterator[pa.RecordBatch]:
        from thalweg.sources.rejected_file import rejected_batches

        if self.aside is None or not self.aside.is_file():
            raise SourceError("the table has not been read")
        return rejected_batches(self.aside)
