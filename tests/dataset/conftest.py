"""A census of 6,000 people, encoded once for the tests that only read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests.dataset.adult import adult_columns, encoded
from thalweg.dataset.encode import EncodedDataset
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.table import Table

PEOPLE = 6_000


@pytest.fixture(scope="session")
def people(data: Callable[[str], Path]) -> dict[str, pa.Array]:
    """Columns of the census, `__split` among them."""
    return adult_columns(data("adult/adult.data"), PEOPLE)


@pytest.fixture
def census(people: dict[str, pa.Array], make_table: Callable[..., Table]) -> Table:
    """The census as a table of the test's own session."""
    return make_table("census", people)


@pytest.fixture(scope="session")
def dataset(
    people: dict[str, pa.Array], table_of: Callable[..., Table], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, EncodedDataset]:
    """The folder of the encoded census, and what was told of it. Not to be changed."""
    folder = tmp_path_factory.mktemp("census")
    with DuckDB(memory="512MB", threads=2).open(folder / "scratch") as session:
        return folder / "dataset", encoded(table_of(session, "census", people), folder / "dataset")
