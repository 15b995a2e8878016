import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from thalweg.mine.each_row import product, squared_distances


@given(st.integers(0, 40), st.integers(1, 9), st.integers(1, 9), st.integers(0, 40))
def test_rows_are_summed_by_themselves(rows, dimensions, others, cut):
    rng = np.random.default_rng([rows, dimensions, others])
    here, there = rng.normal(size=(rows, dimensions)), rng.normal(size=(others, dimensions))
    assert np.allclose(product(here, there.T), here @ there.T)
    assert np.allclose(squared_distances(here, there), ((here[:, None] - there) ** 2).sum(axis=2))
    for found in (lambda points: product(points, there.T), lambda points: squared_distances(points, there)):
        parts = np.concatenate([found(here[:cut]), found(here[cut:])])
        assert parts.tobytes() == found(here).tobytes()
