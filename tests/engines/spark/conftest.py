"""One Spark for a whole test process: two threads of this machine, little memory, no pages."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB, DuckDBSession
from thalweg.engines.engine import Session
from thalweg.engines.spark import Spark
from thalweg.engines.table import Table

SMALL = {
    "spark.sql.shuffle.partitions": 2,
    "spark.default.parallelism": 2,
    # Small queries are interpreted: to compile each of hundreds would take most of the time.
    "spark.sql.codegen.wholeStage": False,
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": False,
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="session")
def engine() -> Iterator[Spark]:
    """Spark in this process, stopped at the end."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    yield Spark(master="local[2]", memory="1GB", settings=SMALL)
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()


@pytest.fixture(scope="module")
def on_spark(engine: Spark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session on Spark."""
    with engine.open(tmp_path_factory.mktemp("spark") / "scratch") as opened:
        yield opened


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session of the embedded engine, to compare with."""
    with DuckDB(memory="512MB", threads=1).open(tmp_path_factory.mktemp("duckdb") / "scratch") as opened:
        yield opened


@pytest.fixture(scope="session")
def started(engine: Spark) -> Callable[[Path], Session]:
    """`started(folder)`: one more session on the same Spark."""
    return lambda folder: engine.open(folder)


@pytest.fixture(scope="session")
def table_of(table_of: Callable[..., Table]) -> Callable[..., Table]:
    """The fixture of that name, but the embedded engine has the rows in tables of its own.

    Filters over Arrow tables it hands down to Arrow, which takes NaN to be unlike every number, itself included.
    """

    def make(session: Session, name: str, columns: Mapping[str, Any]) -> Table:
        if not isinstance(session, DuckDBSession):
            return table_of(session, name, columns)
        given = table_of(session, f"{name} as it came", columns)
        kept = session.keep(name, given.query)
        lineage = {key: frozenset({f"{name}.{key}"}) for key in given.columns}
        query = sql.select(kept, [*given.columns, *given.hidden])
        return replace(given, name=name, query=query, lineage=lineage)

    return make
