"""One table of a SQLite database as Arrow batches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.sources.databases.sqlite_types import ARROW, SqliteColumn, quoted, settled_types
from thalweg.sources.names import unlike
from thalweg.sources.rejected_file import RejectedFile

ROWS = 65_536
ZONE = "(Z|[+-][0-9][0-9]:[0-9][0-9])$"
# what SQLite takes and Arrow does not: more than six digits of a second, space before the zone, a small z
SPELLINGS = {r"([.]\d{6})\d+": r"\1", r"\s+([Zz]|[+-]\d\d:\d\d)$": r"\1", "z$": "Z"}


@dataclass(frozen=True)
class SqliteTable:
    """A table found: its columns and their types, its rows not yet read."""

    path: Path
    name: str
    columns: Sequence[SqliteColumn]
    notes: dict[str, str]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(column.name, ARROW[column.type]) for column in self.columns])

    def batches(self, aside: Path) -> Iterator[pa.RecordBatch]:
        """The rows in the table's own order; those with a value that is not of its column's type go to `aside`."""
        rejected = RejectedFile(aside, f"{self.path}#{self.name}")
        line = 0
        with connected(self.path) as connection:
            for rows in self._fetched(connection):
                kept = [row for number, row in enumerate(rows, line + 1) if self._fits(number, row, rejected)]
                line += len(rows)
                if kept:
                    yield self._batch(kept)
        rejected.close()

    def _fetched(self, connection: sqlite3.Connection) -> Iterator[list[Any]]:
        """Rows of one snapshot, the number of the first column that does not fit before their values."""
        wrong = f"CASE {' '.join(f'WHEN {c.misfit} THEN {i}' for i, c in enumerate(self.columns))} END"
        values = ", ".join(column.value for column in self.columns)
        most = connection.getlimit(sqlite3.SQLITE_LIMIT_COLUMN)
        parts = [f"{wrong}, {values}"] if len(self.columns) < most else [wrong, values]  # else one too many
        connection.execute("BEGIN")
        cursors = [connection.execute(f"SELECT {part} FROM {quoted(self.name)}") for part in parts]
        while rows := cursors[0].fetchmany(ROWS):
            for cursor in cursors[1:]:
                rest = cursor.fetchmany(len(rows))
                rows = [(*row, *more) for row, more in zip(rows, rest, strict=True)]
            yield rows

    def _fits(self, line: int, row: Sequence[Any], rejected: RejectedFile) -> bool:
        wrong, values = row[0], row[1:]
        if wrong is None and all(
            not isinstance(text, bytes) or _decodes(text) for text in self._texts(values)
        ):
            return True
        written = {column.name: _shown(value) for column, value in zip(self.columns, values, strict=True)}
        rule, reason = "bytes that are not UTF-8", "bytes that are not UTF-8"
        if wrong is not None:
            column = self.columns[wrong]
            rule = f"{column.name} is not of type {column.type}"
            reason = f"{column.name}: {written[column.name]!r} is not of type {column.type}"
        rejected.add(line, json.dumps(written, ensure_ascii=False), rule, reason)
        return False

    def _texts(self, values: Sequence[Any]) -> Iterator[Any]:
        return (value for value, column in zip(values, self.columns, strict=True) if column.type == "VARCHAR")

    def _batch(self, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
        _, *columns = zip(*rows, strict=True)
        arrays = [_array(values, column.type) for values, column in zip(columns, self.columns, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _array(values: Sequence[Any], kind: str) -> pa.Array:
    if kind == "TIMESTAMP":
        return _moments(pa.array(values, pa.binary()).cast(pa.string()))
    if kind in ("VARCHAR", "DATE"):
        return pa.array(values, pa.binary()).cast(pa.string()).cast(ARROW[kind])
    if kind == "BOOLEAN":
        return pa.array(values, pa.int8()).cast(pa.bool_())
    return pa.array(values, ARROW[kind])


def _moments(texts: pa.Array) -> pa.Array:
    """Points in time as text; those with a zone in UTC."""
    wall = ARROW["TIMESTAMP"]
    for pattern, written in SPELLINGS.items():
        texts = pc.replace_substring_regex(texts, pattern, written)  # type: ignore[attr-defined]
    zoned = pc.match_substring_regex(texts, ZONE)  # type: ignore[attr-defined]
    if not pc.any(zoned).as_py():  # type: ignore[attr-defined]
        return texts.cast(wall)
    plain = pc.if_else(zoned, None, texts).cast(wall)  # type: ignore[attr-defined]
    return pc.coalesce(pc.if_else(zoned, texts, None).cast(pa.timestamp("us", "UTC")).cast(wall), plain)  # type: ignore[attr-defined]


def _decodes(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(value: Any) -> Any:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; text comes as bytes. Raises SourceError where the file is no database."""
    try:
        # the engine may pull batches from a thread of its own, one at a time
        uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, check_same_thread=False)) as connection:
            connection.text_factory = bytes
            yield connection
    except sqlite3.Error as error:
        locked = "locked" in str(error)
        raise SourceError(
            f"{path} cannot be read as a SQLite database: {error}",
            hint="another program is writing to it: run again when it is through, or copy the file"
            if locked
            else None,
        ) from error


def open_table(path: Path, table: str | None) -> SqliteTable:
    """Find a table and the types of its columns. Raises SourceError where there is none, or no telling which."""
    with connected(path) as connection:
        name = _chosen(path, table, _names(connection))
        listed = connection.execute("SELECT name, type FROM pragma_table_info(?)", (name,)).fetchall()
        declared = [(column.decode(), (kind or b"").decode()) for column, kind in listed]
        unlike([column for column, _ in declared], f"{path}#{name}")
        columns, notes = settled_types(connection, name, declared)
    return SqliteTable(path, name, columns, notes)


def table_names(path: Path) -> list[str]:
    """The tables of a database, without its views. Raises SourceError where the file is no database."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    with connected(path) as connection:
        return sorted(name.decode() for (name,) in connection.execute(query))


def foreign_keys(path: Path, table: str) -> dict[tuple[str, ...], tuple[str, tuple[str, ...]]]:
    """What a table declares to refer to: its columns, the other table and the columns there; those that name none are
    the other's primary key. Raises SourceError where the file is no database."""
    declared = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq'
    primary = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"
    with connected(path) as connection:
        rows = [tuple(map(_decoded, row)) for row in connection.execute(declared, (table,))]
        found = {}
        for _, parts in groupby(rows, key=lambda row: row[0]):
            (_, other, first, to), *more = parts
            columns = (first, *(row[2] for row in more))
            keys = (to, *(row[3] for row in more))
            if to is None:
                keys = tuple(_decoded(name) for (name,) in connection.execute(primary, (other,)))
            if len(keys) == len(columns):
                found[columns] = (other, keys)
        return found


def _decoded(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _names(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    return sorted(name.decode() for (name,) in connection.execute(query))


def _chosen(path: Path, table: str | None, names: list[str]) -> str:
    if table is None and len(names) == 1:
        return names[0]
    if table is None:
        raise SourceError(
            f"{path} holds {len(names)} tables: which one?",
            hint=f"name it: {path.name}#TABLE; {did_you_mean('', names)}",
        )
    folded = {name.casefold(): name for name in names}
    if table.casefold() not in folded:
        raise SourceError(f"{path} has no table {table!r}", hint=did_you_mean(table, names))
    return folded[table.casefold()]
