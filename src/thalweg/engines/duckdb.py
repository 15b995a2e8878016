"""DuckDB, embedded: out of core, on every core of one machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa
from pydantic import field_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError, StorageError
from thalweg.core.files import forbidden, full_disk, storage_errors
from thalweg.engines import sql
from thalweg.engines.engine import Engine, Session
from thalweg.engines.memory import default_limit, parse_size
from thalweg.engines.table import ROW

PARQUET_GROUP = 122_880  # rows; DuckDB's own default, and its unit of parallel reading


class DuckDB(Engine):
    """Run SQL inside this process, spilling to the run's folder what does not fit in memory."""

    kind: ClassVar[str] = "duckdb"

    memory: str | int | None = None
    """The most memory to use, such as `2GB`. Left out: a sixteenth of the machine, at least 1 GiB."""
    threads: int | None = None
    """How many threads to use. Left out: one for each core."""

    @field_validator("memory")
    @classmethod
    def _is_a_size(cls, value: str | int | None) -> str | int | None:
        if value is not None:
            parse_size(value)
        return value

    def open(self, scratch: Path) -> DuckDBSession:
        with storage_errors(scratch):
            scratch.mkdir(parents=True, exist_ok=True)
        limit = parse_size(self.memory) if self.memory is not None else default_limit()
        settings: dict[str, Any] = {
            "memory_limit": f"{max(limit, 2**26)}B",
            "temp_directory": str(scratch),
            "preserve_insertion_order": True,
            "enable_external_file_cache": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "asof_loop_join_threshold": 0,  # estimates of few rows are often wrong, and loops over many take minutes
        }
        if self.threads:
            settings["threads"] = self.threads
        connection = duckdb.connect(":memory:", config=settings)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")  # global: cursors read with it too
        return DuckDBSession(connection, scratch)


class DuckDBSession(Session):
    """One connection to a database in memory; views over files, kept tables, nothing that outlives it.

    Kept tables are ordinary ones, since a cursor does not see its parent's temporary tables; they spill all
    the same.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path):
        self.connection = connection
        self.scratch = scratch
        self.offered: dict[str, Any] = {}
        self.kept: list[str] = []

    def sql(self, query: exp.Expr) -> str:
        return query.sql(dialect=sql.DIALECT)

    def columns(self, query: exp.Query) -> dict[str, str]:
        described = self._run(f"DESCRIBE {self.sql(query)}").fetchall()
        return {row[0]: row[1] for row in described}

    def rows(self, query: exp.Query) -> list[tuple[Any, ...]]:
        return self._run(self.sql(query)).fetchall()

    def batches(self, query: exp.Query, size: int = 65_536) -> Iterator[pa.RecordBatch]:
        with self._cursor() as cursor, told(self.scratch):
            try:
                with native():
                    yield from cursor.execute(self.sql(query)).to_arrow_reader(size)
            except duckdb.InterruptException:  # one thread failed; another told first that it was stopped
                nowhere = sql.literal(os.devnull).sql(dialect=sql.DIALECT)
                cursor.execute(f"COPY ({self.sql(query)}) TO {nowhere} (FORMAT CSV)")
                raise

    def table(self, query: exp.Query) -> pa.Table:
        with self._cursor() as cursor, told(self.scratch):
            return cursor.execute(self.sql(query)).to_arrow_table()

    def define(self, name: str, query: exp.Query) -> exp.Table:
        self._run(f"CREATE OR REPLACE VIEW {self.sql(sql.table(name))} AS {self.sql(query)}")
        return sql.table(name)

    def keep(self, name: str, query: exp.Query) -> exp.Table:
        self._run(f"CREATE OR REPLACE TABLE {self.sql(sql.table(name))} AS {self.sql(query)}")
        self.kept.append(name)
        return sql.table(name)

    def offer(self, name: str, data: Any) -> exp.Table:
        if isinstance(data, duckdb.DuckDBPyRelation):
            data = data.to_arrow_reader()
        self.connection.register(name, data)
        self.offered[name] = data
        return sql.table(name)

    def write_parquet(self, query: exp.Query, path: Path) -> int:
        target = sql.literal(str(path)).sql(dialect=sql.DIALECT)
        options = f"FORMAT PARQUET, PARQUET_VERSION V2, COMPRESSION LZ4_RAW, ROW_GROUP_SIZE {PARQUET_GROUP}"
        with told(path):
            copied = self.connection.execute(f"COPY ({self.sql(query)}) TO {target} ({options})")
            return copied.fetchall()[0][0]

    def withdraw(self, name: str) -> None:
        """Forget what was offered by a name."""
        self.connection.unregister(name)
        self.offered.pop(name, None)

    def scan_parquet(self, paths: Sequence[Path]) -> exp.Query:
        reader = _reader(paths)
        if len(paths) == 1:
            return exp.select(
                exp.Star(), exp.alias_(sql.column("file_row_number"), sql.column(ROW).this)
            ).from_(reader)
        position = exp.alias_(
            exp.paren(exp.Window(this=exp.RowNumber()) - 1, copy=False), sql.column(ROW).this
        )
        return exp.select(exp.Star(), position).from_(reader)

    def read_parquet(self, paths: Sequence[Path]) -> exp.Query:
        return exp.select(exp.Star()).from_(_reader(paths))

    def close(self) -> None:
        self.connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own, which does not disturb a stream that is being read."""
        cursor = self.connection.cursor()
        for name, data in self.offered.items():
            cursor.register(name, data)
        try:
            yield cursor
        finally:
            cursor.close()

    def _run(self, text: str) -> duckdb.DuckDBPyConnection:
        with told(self.scratch):
            return self.connection.execute(text)


def _reader(paths: Sequence[Path]) -> exp.Expr:
    # else a folder on the way such as `lr=0.1` would become a column
    plain = exp.Kwarg(this=exp.var("hive_partitioning"), expression=exp.false())
    return sql.call("read_parquet", sql.files(paths), plain)


OF_DATA = (duckdb.DataError, duckdb.InvalidInputException, duckdb.NotSupportedError)
DAMAGED = "the file is damaged: write it again"

# What DuckDB's errors begin with where they come through Arrow, as a plain OSError.
THROUGH_ARROW: dict[str, type[duckdb.Error]] = {
    "INTERRUPT Error": duckdb.InterruptException,
    "Conversion Error": duckdb.ConversionException,
    "Invalid Input Error": duckdb.InvalidInputException,
    "IO Error": duckdb.IOException,
    "Out of Memory Error": duckdb.OutOfMemoryException,
    "Out of Range Error": duckdb.OutOfRangeException,
}


@contextmanager
def native() -> Iterator[None]:
    """Give errors that came through a stream of Arrow batches their own types back."""
    try:
        yield
    except OSError as error:
        kind = THROUGH_ARROW.get(str(error).split(":")[0])
        if kind is None:
            raise
        raise kind(str(error)) from error


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell DuckDB's errors as ours: a full disk, too little memory, a value that does not fit."""
    try:
        yield
    except duckdb.IOException as error:
        if "No space left" in str(error) or "could not write" in str(error).lower():
            raise full_disk(path) from error
        if str(path) in str(error) and ("Permission denied" in str(error) or "Read-only" in str(error)):
            raise forbidden(path) from error
        raise StorageError(first_line(error)) from error
    except duckdb.OutOfMemoryException as error:
        if "No space left" in str(error) or "max_temp_directory_size" in str(error):
            raise full_disk(path) from error
        raise DataError(
            f"the data engine ran out of memory: {first_line(error)}",
            hint="allow it more with: --set compute.data.duckdb.memory=4GB",
        ) from error
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        raise ComponentError(first_line(error)) from error
    except (*OF_DATA, duckdb.InterruptException) as error:
        raise DataError(first_line(error), hint=_advice(error)) from error
    except duckdb.SerializationException as error:
        raise DataError(first_line(error), hint=DAMAGED) from error


def _advice(error: Exception) -> str | None:
    said = str(error)
    return DAMAGED if "Failed to read file" in said or "Parquet file" in said else None


def first_line(error: Exception) -> str:
    """An engine's message without the echo of the statement."""
    return str(error).splitlines()[0]
