import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.clean.distribution import Distribution


def of(values):
    return Distribution.of(pa.array(values), whole=True)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_a_quantile_is_the_value_at_its_rank(values, fraction):
    rank = max(int(np.ceil(fraction * len(values))), 1)
    assert of(values).quantiles([fraction]) == [sorted(values)[rank - 1]]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_every_value_is_in_a_bin(values):
    histogram = of(values).histogram()
    assert histogram.counts.sum() == len(values)
    assert len(histogram.edges) == len(histogram.counts) + 1
    assert np.all(np.diff(histogram.edges) > 0)


def test_moments_of_numbers():
    found = of([1.0, 1.0, 4.0])
    assert (found.mean(), found.deviation()) == (pytest.approx(2.0), pytest.approx(np.sqrt(2.0)))


def test_whole_numbers_share_bins_of_one_width():
    days = of(list(range(1, 32)) * 3).histogram()
    assert set(np.diff(days.edges)) == {2.0}
    assert days.counts.tolist() == [6] * 15 + [3]
    assert of([7, 7]).histogram().edges.tolist() == [6.5, 7.5]
    assert of([0.5, 0.5]).histogram().counts.tolist() == [2]


def test_a_histogram_ends_where_a_few_values_lie_far_beyond():
    values = [n / 100 for n in range(1000)] + [1e6]
    histogram = of(values).histogram()
    assert histogram.edges[-1] < 11
    assert histogram.counts.sum() == 1001


def test_most_frequent_first_ties_in_order():
    assert of(["b", "a", "c", "b", "a"]).top(2) == [("a", 2), ("b", 2)]
