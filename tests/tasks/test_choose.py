from __future__ import annotations

from datetime import date

import pytest

from thalweg.core.errors import DataError
from thalweg.tasks.choose import propose


@pytest.mark.parametrize(
    ("values", "sql_type", "kind", "why"),
    [
        ([True, False] * 3, "BOOLEAN", "binary", "2 different values"),
        ([0, 1, 1, 0], "INTEGER", "binary", "2 different values"),
        (["a", "b", "c"] * 3, "VARCHAR", "category", "text with 3 different values"),
        ([1, 2, 3, 4, 5] * 3, "INTEGER", "category", "integer with 5 different values"),
        (list(range(50)), "BIGINT", "number", "of type BIGINT with 50 different values"),
        ([0.5, 0.25, 0.1], "DOUBLE", "number", "of type DOUBLE"),
    ],
)
def test_a_column_proposes_its_task(column, values, sql_type, kind, why):
    found, reason = propose(column(values, sql_type))
    assert found == kind
    assert why in reason


@pytest.mark.parametrize(
    ("values", "sql_type"),
    [
        ([date(2020, 1, i) for i in range(1, 9)], "DATE"),
        ([f"name {i}" for i in range(100)], "VARCHAR"),  # each value once: an identifier
        ([None, None], "INTEGER"),
    ],
)
def test_a_column_that_suits_nothing_is_refused_with_reasons(column, values, sql_type):
    with pytest.raises(
        DataError, match=rf"found 'y' of type {sql_type}, which suits no kind of output"
    ) as error:
        propose(column(values, sql_type))
    for kind in ("binary: ", "category: ", "number: "):
        assert kind in str(error.value)
