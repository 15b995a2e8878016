"""The embedded engine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from sqlglot import exp

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError, StorageError, ThalwegError
from thalweg.engines import sql
from thalweg.engines.duckdb import PARQUET_GROUP, DuckDB, DuckDBSession, told
from thalweg.engines.engine import Engine, Session


def numbers(rows: int) -> exp.Select:
    return exp.select(exp.alias_(exp.column("range"), "n")).from_(
        exp.Table(this=exp.Anonymous(this="range", expressions=[sql.literal(rows)]))
    )


def setting(session: Session, name: str) -> str:
    return session.rows(exp.select(sql.call("current_setting", name)))[0][0]


def test_how_it_is_written() -> None:
    assert parse(Engine, "duckdb") == DuckDB()
    assert parse(Engine, {"duckdb": {"memory": "2GB"}}).written() == {
        **{"kind": "duckdb", "memory": "2GB", "threads": None}
    }
    with pytest.raises(ValidationError, match="expected a size such as 2GB or 512MiB, received 'much'"):
        DuckDB(memory="much")


def test_limits_are_those_asked_for(tmp_path: Path) -> None:
    with DuckDB(memory="200MiB", threads=1).open(tmp_path / "scratch") as session:
        assert setting(session, "memory_limit") == "200.0 MiB"
        assert setting(session, "threads") == 1
        assert setting(session, "temp_directory") == str(tmp_path / "scratch")
        assert setting(session, "TimeZone") == "UTC"
        assert session.scratch.is_dir()
    assert not (tmp_path / "scratch").exists()


def test_nothing_is_fetched_from_afar(session: Session) -> None:
    assert setting(session, "autoinstall_known_extensions") is False
    assert setting(session, "autoload_known_extensions") is False


def test_columns_rows_and_batches(session: Session) -> None:
    query = numbers(100_000)
    assert session.columns(query) == {"n": "BIGINT"}
    assert session.rows(query.limit(2)) == [(0,), (1,)]
    batches = list(session.batches(query, 30_000))
    assert all(batch.num_rows <= 30_000 for batch in batches)
    assert pa.Table.from_batches(batches)["n"].to_pylist() == list(range(100_000))


def test_views_follow_and_kept_tables_do_not(session: Session) -> None:
    session.keep("base", numbers(2))
    view = session.define("v", sql.select(sql.table("base"), ["n"]))
    kept = session.keep("k", sql.select(sql.table("base"), ["n"]))
    session.keep("base", numbers(5))
    assert len(session.rows(sql.select(view, ["n"]))) == 5
    assert len(session.rows(sql.select(kept, ["n"]))) == 2


@pytest.mark.parametrize("kind", ["table", "reader", "pandas", "polars", "relation"])
def test_what_may_be_offered(session: Session, kind: str) -> None:
    table = pa.table({"a": [1, 2], "s": ["x", None]})
    if kind == "relation":
        offered = duckdb.connect().from_arrow(table)
    elif kind == "polars":
        offered = pytest.importorskip("polars").from_arrow(table)
    else:
        offered = {"table": table, "reader": table.to_reader(), "pandas": table.to_pandas()}[kind]
    found = session.offer("given", offered)
    assert session.rows(sql.select(found, ["a", "s"])) == [(1, "x"), (2, None)]


def test_parquet_is_written_in_order_and_its_rows_counted(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    rows = 2 * PARQUET_GROUP + 7
    assert session.write_parquet(numbers(rows), path) == rows
    assert pq.read_table(path)["n"].to_pylist() == list(range(rows))
    assert pq.ParquetFile(path).metadata.num_row_groups == 3


def test_parquet_is_read_with_positions(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "lr=0.1"  # no column comes of it
    folder.mkdir()
    for i in range(3):
        pq.write_table(pa.table({"a": [10 * i, 10 * i + 1]}), folder / f"{i}.parquet")
    one = session.scan_parquet([folder / "1.parquet"])
    assert session.columns(one) == {"a": "BIGINT", "__row": "BIGINT"}
    assert session.rows(one) == [(10, 0), (11, 1)]
    many = session.scan_parquet([folder / f"{i}.parquet" for i in (2, 0, 1)])
    assert session.columns(many) == {"a": "BIGINT", "__row": "BIGINT"}
    assert session.rows(many) == [(20, 0), (21, 1), (0, 2), (1, 3), (10, 4), (11, 5)]


def test_times_have_no_zone_of_their_own(session: Session) -> None:
    moment = sql.cast(sql.literal("2020-07-01 10:00:00+02"), "TIMESTAMPTZ")
    assert session.rows(exp.select(sql.cast(moment, "TIMESTAMP"))) == [(datetime(2020, 7, 1, 8),)]


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            duckdb.IOException("No space left on device"),
            StorageError,
            "the disk is full: /x could not be written",
        ),
        (duckdb.IOException("Could not write all bytes"), StorageError, "the disk is full: /x"),
        (duckdb.IOException('open "/x": Permission denied'), StorageError, "no permission to write /x"),
        (duckdb.IOException('open "/y": Permission denied'), StorageError, 'open "/y": Permission denied'),
        (
            duckdb.OutOfMemoryException("exceeds max_temp_directory_size"),
            StorageError,
            "the disk is full: /x",
        ),
        (
            duckdb.OutOfMemoryException("failed to pin\nmore"),
            DataError,
            "ran out of memory: failed to pin\n  allow it",
        ),
        (duckdb.BinderException("no x\nLINE 1"), ComponentError, "no x"),
        (duckdb.CatalogException("no f"), ComponentError, "no f"),
        (duckdb.ParserException("near"), ComponentError, "near"),
        (duckdb.ConversionException("not a date\nLINE 1"), DataError, "not a date"),
        (duckdb.OutOfRangeException("overflow"), DataError, "overflow"),
        (duckdb.InvalidInputException("bad"), DataError, "bad"),
    ],
)
def test_errors_in_our_words(error: Exception, kind: type[ThalwegError], message: str) -> None:
    with pytest.raises(kind) as raised, told(Path("/x")):
        raise error
    assert message in str(raised.value)
    assert "LINE 1" not in str(raised.value)


def test_errors_while_batches_flow(session: Session) -> None:
    text = exp.Case().when(exp.column("n").eq(150_000), sql.literal("x")).else_(sql.literal("1"))
    query = sql.select(numbers(200_000), {"n": sql.cast(text, "BIGINT")})
    with pytest.raises(DataError, match="Could not convert string 'x' to INT64"):
        list(session.batches(query, 10_000))


class Interrupted:
    """A connection whose streams of batches tell that they were stopped, as happens when another thread failed."""

    def __init__(self, connection: Any):
        self.real = connection

    def cursor(self) -> Interrupted:
        return Interrupted(self.real.cursor())

    def execute(self, text: str) -> Any:
        return self.real.execute(text) if text.startswith("COPY") else self

    def to_arrow_reader(self, size: int) -> Any:
        raise OSError("INTERRUPT Error: Interrupted!")

    def close(self) -> None:
        self.real.close()


def test_what_went_wrong_is_told_rather_than_that_it_stopped(session: DuckDBSession) -> None:
    real, session.connection = session.connection, cast(Any, Interrupted(session.connection))
    try:
        wrong = sql.select(numbers(9), {"n": sql.cast(sql.literal("x"), "BIGINT")})
        with pytest.raises(DataError, match="Could not convert string 'x' to INT64"):
            list(session.batches(wrong))
        with pytest.raises(DataError, match="Interrupted"):
            list(session.batches(numbers(9)))
    finally:
        session.connection = real


def test_it_spills_what_does_not_fit(tmp_path: Path) -> None:
    with DuckDB(memory="64MiB", threads=1).open(tmp_path / "scratch") as session:
        wide = exp.select("n", exp.alias_(sql.call("repeat", sql.cast(sql.column("n"), "VARCHAR"), 20), "s"))
        session.keep("big", wide.from_(numbers(1_000_000).subquery("t")))  # some 120 MB
        assert session.rows(sql.select(sql.table("big"), {"n": sql.row_count()})) == [(1_000_000,)]
        assert any(session.scratch.iterdir())
