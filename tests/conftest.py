"""What every test may ask for: real data where it is found, and a session of the embedded engine."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings

from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, SPLIT, Table

# OpenMP and BLAS count threads when they load. What tests start counts as they do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine draws examples slowly; that is no failure.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

DATA = Path(os.environ.get("THALWEG_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """`data("adult/adult.data")`: the path of a real dataset; the test is skipped where it is missing."""

    def find(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip(f"needs {name} in THALWEG_DATA ({DATA})")
        return DATA / name

    return find


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A small embedded engine that spills inside the test's own folder."""
    with DuckDB(memory="512MB", threads=2).open(tmp_path / "scratch") as opened:
        yield opened


@pytest.fixture(scope="session")
def table_of() -> Callable[..., Table]:
    """`table_of(session, "flights", {"carrier": ["UA", None]})`: a table of lists or arrays, rows numbered from 0.

    `__row` and `__split` may be given as columns too.
    """

    def make(session: Session, name: str, columns: Mapping[str, Any]) -> Table:
        arrays = {key: pa.array(values) for key, values in columns.items()}
        rows = len(next(iter(arrays.values())))
        arrays.setdefault(ROW, pa.array(range(rows), pa.int64()))
        if SPLIT in arrays:
            arrays[SPLIT] = arrays[SPLIT].cast(pa.int8())
        query = sql.select(session.offer(name, pa.table(arrays)), list(arrays))
        visible = {key: kind for key, kind in session.columns(query).items() if key not in (ROW, SPLIT)}
        lineage = {key: frozenset({f"{name}.{key}"}) for key in visible}
        return Table(session, name, query, visible, lineage, split=SPLIT in arrays)

    return make


@pytest.fixture
def make_table(session: Session, table_of: Callable[..., Table]) -> Callable[..., Table]:
    """`make_table("flights", {"carrier": ["UA", None]})`: the same in the test's own session."""
    return lambda name, columns: table_of(session, name, columns)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Two test processes with two threads each would wait for one another most of the time."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def lasting_objects(one_thread: None) -> None:
    """Modules and collected tests live to the end: garbage need not be looked for among them again and again."""
    gc.collect()
    gc.freeze()
