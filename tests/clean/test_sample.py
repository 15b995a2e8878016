import numpy as np

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


def test_a_smaller_sample_is_part_of_a_greater(make_table):
    table = make_table("t", {"x": np.arange(3000)})
    assert set(columns_of(sampled(table, 3000, 100))["x"]) < set(columns_of(sampled(table, 3000, 1000))["x"])


def test_few_rows_are_all_taken(make_table):
    assert len(columns_of(sampled(make_table("t", {"x": [1, 2, 3]}), 3, 10))["x"]) == 3
