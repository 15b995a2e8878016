"""Edges of bins, for any values."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from thalweg.features.bins import bin_edges


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=300), st.integers(1, 40))
def test_edges_rise_and_span_the_values(values: list[float], most: int) -> None:
    encoded = np.array(values, np.float32)
    edges = bin_edges(encoded, most)
    assert edges is not None
    assert 2 <= len(edges) <= max(most + 1, 2)
    assert (np.diff(edges) > 0).all()
    assert edges[0] == encoded.min()
    assert edges[-1] >= encoded.max()
    assert set(edges) <= set(encoded.tolist()) | {float(encoded.min() + np.float32(1))}


def test_one_value_still_has_two_edges() -> None:
    assert bin_edges(np.zeros(5, np.float32), 8) == (0.0, 1.0)
    assert bin_edges(np.zeros(5, np.float32), 0) is None
