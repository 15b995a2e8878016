"""Whole numbers found by table or by search, the same either way."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.features.lookup import Lookup

CLOSE = [3, 4, 7, 9]
SPREAD = [-(10**15), 0, 17, 10**15 + 1]
STEPS = [day * 86_400_000_000 for day in (-2, 0, 1, 400)]


@pytest.mark.parametrize("values", [CLOSE, SPREAD, STEPS, [5]], ids=["close", "spread", "steps", "one"])
def test_known_values_have_their_place_and_neighbours_none(values: list[int]) -> None:
    lookup = Lookup(values)
    assert lookup.find(np.array(values)).tolist() == list(range(len(values)))
    others = [value + by for value in values for by in (-1, 1) if value + by not in values]
    assert set(lookup.find(np.array(others)).tolist()) == {-1}


@pytest.mark.parametrize("values", [CLOSE, SPREAD, STEPS], ids=["close", "spread", "steps"])
def test_floats_match_only_where_they_are_whole(values: list[int]) -> None:
    x = np.array([*values, values[0] + 0.5, np.nan, np.inf, -np.inf, 1e300])
    assert Lookup(values).find(x).tolist() == [*range(len(values)), -1, -1, -1, -1, -1]


def test_a_table_and_a_search_agree() -> None:
    values = np.unique(np.random.default_rng(0).integers(-500, 500, 300))
    table, search = Lookup(values.tolist()), Lookup([*values.tolist(), 10**12])
    x = np.arange(-600, 600)
    assert table.find(x).tolist() == search.find(x).tolist()
