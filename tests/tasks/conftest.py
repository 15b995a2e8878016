"""Training columns made from values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from thalweg.features.feature import TrainingColumn

MakeColumn = Callable[..., TrainingColumn]


@pytest.fixture
def column() -> MakeColumn:
    """`column(values, "VARCHAR", "name")`: what a task may know of a column."""

    def make(values: list[Any], sql_type: str, name: str = "y") -> TrainingColumn:
        known = [value for value in values if value is not None]
        ranked = sorted(Counter(known).items(), key=lambda pair: (-pair[1], pair[0]))
        return TrainingColumn(
            name=name,
            type=sql_type,
            rows=len(values),
            nulls=len(values) - len(known),
            distinct=len(ranked),
            sample=pa.array(values),
            counts=lambda n: ranked[:n],
        )

    return make
