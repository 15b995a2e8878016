"""The account of rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from thalweg.core.errors import DataError
from thalweg.core.ledger import Entry, Reason

FATES = ("merged", "dropped", "quarantined")


def entry(**fields: Any) -> Entry:
    return Entry(**{"stage": "clean", "table": "t", "step": "missing", "rows_in": 0, "kept": 0, **fields})


@given(
    st.integers(0, 99),
    st.lists(st.tuples(st.sampled_from(FATES), st.integers(0, 99)), max_size=5),
    st.integers(0, 9),
)
def test_rows_that_add_up(kept: int, losses: list[tuple[Any, int]], added: int) -> None:
    lost = {fate: sum(rows for name, rows in losses if name == fate) for fate in FATES}
    reasons = tuple(Reason(fate=fate, rule="r", rows=rows) for fate, rows in losses)
    found = entry(rows_in=kept + sum(lost.values()), kept=kept, added=added, reasons=reasons, **lost)
    assert found.rows_out == kept + added
    assert Entry(**found.model_dump(mode="json")) == found
    for fate in FATES:
        with pytest.raises(DataError, match="rows do not add up"):
            entry(**{**found.model_dump(), fate: lost[fate] + 1})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"rows_in": 3, "kept": 2},
            "clean, t, missing: rows do not add up: 3 in, 2 kept, 0 merged, 0 dropped, 0 quar",
        ),
        ({"rows_in": 1, "kept": 2, "dropped": -1}, "rows do not add up"),
        ({"rows_in": 2, "kept": 2, "added": -1}, "rows do not add up"),
        (
            {"rows_in": 2, "kept": 1, "dropped": 1},
            "clean, t, missing: 1 rows dropped, but reasons are given for 0",
        ),
    ],
)
def test_rows_that_do_not(fields: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        entry(**fields)


def test_a_fate_is_one_of_three() -> None:
    with pytest.raises(ValidationError, match="'merged', 'dropped' or 'quarantined'"):
        Reason(fate="lost", rule="r", rows=1)  # pyright: ignore[reportArgumentType]
