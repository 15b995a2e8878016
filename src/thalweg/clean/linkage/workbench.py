"""A session beside the user's, in which records are compared: what the judging program makes there ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlglot import exp

from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB, DuckDBSession
from thalweg.engines.engine import Session

Bench = DuckDBSession
"""The session of a workbench."""


@contextmanager
def workbench(session: Session) -> Iterator[Bench]:
    """An embedded session that spills into the scratch folder of another, and is removed at the end."""
    opened = DuckDB().open(session.scratch / "linkage")
    assert isinstance(opened, DuckDBSession)
    with opened:
        yield opened


@contextmanager
def in_order(bench: Bench) -> Iterator[None]:
    """One thread, so that sums of floats are taken in one order and a model has the same bits every time."""
    ((threads,),) = bench.rows(exp.select(sql.call("current_setting", "threads")))
    bench.connection.execute("SET threads = 1")
    try:
        yield
    finally:
        bench.connection.execute(f"SET threads = {int(threads)}")


def move(query: exp.Query, there: Session, here: Session, name: str) -> exp.Table:
    """The rows of a query of one session kept as a table of another."""
    path = there.scratch / f"{fingerprint([name, there.sql(query)])}.parquet"
    there.write_parquet(query, path)
    names = list(there.columns(query))
    kept = here.keep(name, sql.select(here.scan_parquet([path]), names))
    path.unlink()
    return kept


def one(bench: Session, query: exp.Query) -> Any:
    """The only value of a query, 0 where it is NULL."""
    ((value,),) = bench.rows(query)
    return value or 0
