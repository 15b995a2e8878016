import math

import numpy as np
import pyarrow as pa
import pytest

from thalweg.mine.correlations import (
    categorical,
    correlation_ratio,
    cramers_v,
    mixed,
    numeric,
    strongest,
    strongest_mixed,
)


def test_pearson_and_spearman_over_the_rows_that_have_both():
    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    y = 0.6 * x + rng.normal(size=400)
    y[::7] = np.nan
    both = ~np.isnan(y)
    sample = pa.table({"x": x, "y": pa.array(y, from_pandas=True), "cube": x**3, "flat": np.ones(400)})
    found = numeric(sample, ["x", "y", "cube", "flat"])
    assert found["pearson"][0][1] == pytest.approx(np.corrcoef(x[both], y[both])[0, 1], abs=1e-4)
    assert found["pearson"][1][0] == found["pearson"][0][1]
    assert found["spearman"][0][2] == 1.0
    assert found["pearson"][0][2] < 0.9
    assert (found["pearson"][0][3], found["spearman"][3][3]) == (None, 1.0)


def test_ties_share_their_mean_rank():
    sample = pa.table({"x": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5], "y": [2, 1, 1, 3, 3, 2, 4, 5, 5, 4]})
    # by hand: ranks of x are 1.5 1.5 3.5 3.5 5.5 5.5 7.5 7.5 9.5 9.5, of y 3.5 1.5 1.5 5.5 5.5 3.5 7.5 9.5 9.5 7.5
    x, y = (
        np.repeat([1.5, 3.5, 5.5, 7.5, 9.5], 2),
        np.array([3.5, 1.5, 1.5, 5.5, 5.5, 3.5, 7.5, 9.5, 9.5, 7.5]),
    )
    assert numeric(sample, ["x", "y"])["spearman"][0][1] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-4)


def test_too_few_rows_say_nothing():
    assert (
        numeric(pa.table({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}), ["x", "y"])["pearson"][0][1] is None
    )
    assert math.isnan(cramers_v(np.array([0, 1]), np.array([0, 1])))


def test_cramers_v_of_independence_and_of_dependence():
    sample = pa.table(
        {
            "a": ["x", "y", "z"] * 100,
            "same": ["p", "q", "r"] * 100,
            "free": (["u"] * 3 + ["v"] * 3) * 50,
            "gap": [None, "y", "z"] * 100,
            "one": ["k"] * 300,
        }
    )
    found = categorical(sample, ["a", "same", "free", "gap", "one"])["cramers_v"]
    assert found[0][1] == pytest.approx(1.0, abs=1e-4)
    assert found[0][2] == 0.0
    assert found[0][3] == pytest.approx(1.0, abs=1e-4)
    assert found[0][4] is None


def test_the_strongest_pairs_come_first_whatever_their_sign():
    pairs = strongest("spearman", ["a", "b", "c"], [[1, 0.2, -0.9], [0.2, 1, None], [-0.9, None, 1]])
    assert [(pair["one"], pair["other"], pair["value"]) for pair in pairs] == [
        ("a", "c", -0.9),
        ("a", "b", 0.2),
    ]


def test_the_correlation_ratio_by_hand():
    # groups 1 2 3 and 7 8 9: between 54 of 58 in all; corrected 1 - (4/4) / (58/5)
    codes, values = np.repeat([0, 1], 3), np.array([1.0, 2, 3, 7, 8, 9])
    assert math.isnan(correlation_ratio(codes, values))  # too few rows
    twice = correlation_ratio(np.tile(codes, 2), np.tile(values, 2))
    assert twice == pytest.approx(math.sqrt(1 - (8 / 10) / (116 / 11)))


def test_chance_alone_gives_no_correlation_ratio():
    rng = np.random.default_rng(3)
    ratios = [correlation_ratio(rng.integers(0, 40, 400), rng.normal(size=400)) for _ in range(50)]
    assert np.mean(np.square(ratios)) < 0.02  # uncorrected it would be 0.1
    assert math.isnan(correlation_ratio(np.zeros(50, int), rng.normal(size=50)))
    assert math.isnan(correlation_ratio(np.arange(50) % 3, np.ones(50)))


def test_numbers_and_categories_together():
    sample = pa.table({"n": [1.0, 5.0] * 50, "free": list(range(100)), "c": ["a", "b"] * 50})
    found = mixed(sample, ["n", "free"], ["c"])
    assert found["correlation_ratio"][0] == [1.0]
    assert strongest_mixed(found)[0] == {
        "one": "n",
        "other": "c",
        "measure": "correlation_ratio",
        "value": 1.0,
    }
