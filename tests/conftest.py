"""What every test may ask for: real data where it is found, and a session of the embedded engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session

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
