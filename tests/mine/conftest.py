"""Real tables as columns, and the same with each column in an order of chance."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

ADULT = (
    "age workclass fnlwgt education education_num marital occupation "
    "relationship race sex gain loss hours country income"
)


@pytest.fixture(scope="session")
def adult(data) -> dict[str, Any]:
    """2,000 people of the census of 1994, the answers trimmed."""
    names = csv.ReadOptions(column_names=ADULT.split())
    found = csv.read_csv(data("adult/adult.data"), read_options=names).slice(0, 2000).to_pydict()
    return {
        name: [value.strip() if isinstance(value, str) else value for value in values]
        for name, values in found.items()
    }


@pytest.fixture(scope="session")
def in_disorder() -> Callable[..., dict[str, Any]]:
    """`in_disorder(columns, seed)`: every column keeps its values, and what stood together does no more."""

    def shuffle(columns: dict[str, Any], seed: int = 0) -> dict[str, Any]:
        rng = np.random.default_rng(seed)
        return {
            name: pa.array(values).take(pa.array(rng.permutation(len(values))))
            for name, values in columns.items()
        }

    return shuffle
