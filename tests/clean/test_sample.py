import numpy as np
import pytest

from tests.clean.conftest import columns_of
from thalweg.clean.sample import sampled


def test_a_sample_does_not_depend_on_where_its_rows_stand(make_table):
    rows = 5000
    order = np.random.default_rng(3).permutation(rows)
    one = make_table("one", {"x": np.arange(rows)})
    other = make_table("other", {"x": order, "__row": order})
    first = columns_of(sampled(one, rows, 500))
    assert first == columns_of(sampled(other, rows, 500))
    assert len(first["x"]) == len(set(first["x"])) == 500
    assert abs(np.mean(first["x"]) - rows / 2) < 5 * rows / np.sqrt(12 * 500)


@pytest.mark.parametrize("period", [2, 7, 24])
def test_a_sample_of_many_rows_is_even_and_does_not_follow_a_period(make_table, period):
    rows = 120_000
    found = columns_of(sampled(make_table("t", {"x": np.arange(rows)}), rows, 3000))["x"]
    assert len(set(found)) == 3000
    tenths = np.bincount(np.array(found) * 10 // rows, minlength=10)
    assert 200 < tenths.min() <= tenths.max() < 400
    phases = np.bincount(np.array(found) % period, minlength=period)
    expected = 3000 / period
    assert ((phases - expected) ** 2 / expected).sum() < period - 1 + 5 * np.sqrt(2 * period)


def test_a_smaller_sample_is_part_of_a_greater(make_table):
    table = make_table("t", {"x": np.arange(3000)})
    assert set(columns_of(sampled(table, 3000, 100))["x"]) < set(columns_of(sampled(table, 3000, 1000))["x"])


def test_positions_may_be_large(make_table):
    rows = [2**40 + n for n in range(2000)]
    found = columns_of(sampled(make_table("t", {"__row": rows, "x": rows}), 2000, 100))["x"]
    assert len(set(found)) == 100


def test_few_rows_are_all_taken(make_table):
    assert len(columns_of(sampled(make_table("t", {"x": [1, 2, 3]}), 3, 10))["x"]) == 3
