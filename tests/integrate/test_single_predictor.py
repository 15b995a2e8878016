"""Metrics of the one-column model agree with scikit-learn's, and with what is known by reasoning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from thalweg.integrate.single_predictor import Column, Truth, _roc_auc, judge


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60))
def test_the_area_is_that_of_the_scores_of_all_rows(rows):
    groups, target = np.array([g for g, _ in rows]), np.array([float(t) for _, t in rows])
    if target.min() == target.max():
        return
    means = np.array([0.1, 0.7, 0.7, 0.2, 0.9, 0.0])
    assert _roc_auc(means, groups, target) == pytest.approx(roc_auc_score(target, means[groups]))


def test_a_line_beats_bins_where_the_tails_are_long():
    x = np.random.default_rng(1).standard_cauchy(2_000)
    truth = Truth.of_numbers(3 * x - 1, np.arange(2_000) % 2 == 0)
    assert truth is not None
    assert judge(Column(x, ordered=True), truth) == pytest.approx(1.0)
    assert judge(Column(np.round(x), ordered=False), truth) < 1.0


def test_r2_is_never_below_zero():
    rng = np.random.default_rng(2)
    truth = Truth.of_numbers(rng.normal(size=400), np.arange(400) % 2 == 0)
    assert truth is not None
    assert judge(Column(rng.normal(size=400), ordered=True), truth) == 0.0


def test_classes_with_too_few_rows_are_not_judged():
    codes = np.array([0] * 100 + [1] * 100 + [2] * 5)
    learn = np.arange(205) % 2 == 0
    truth = Truth.of_classes(codes, learn)
    assert truth is not None
    assert truth.targets.shape == (205, 2)
    assert list(truth.weights) == [100, 100]
    assert Truth.of_classes(np.array([0] * 200 + [1] * 5), np.arange(205) % 2 == 0) is None
