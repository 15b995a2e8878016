"""Intervals: as wide as theory says, the same from run to run, paired between models."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.drawn import TARGETS
from thalweg.evaluation.intervals import Interval, resample

BINARY = TARGETS["binary"]


def drawn(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truths of which a score gets about 70% right."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows)
    return y, np.where(rng.random(rows) < 0.7, y, 1 - y)[:, None] * 0.6 + rng.random((rows, 1)) * 0.4


@pytest.mark.parametrize("rows", [5_000, 400_000])  # all rows resampled; a bag of little bootstraps
def test_an_interval_is_as_wide_as_theory_says(rows: int) -> None:
    y, p = drawn(rows)
    found = resample(BINARY, y, {"network": p}, 100, seed=0).interval("network", "accuracy")
    assert found.value == BINARY.metrics(y, p)["accuracy"]
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    expected = 2 * 1.96 * np.sqrt(found.value * (1 - found.value) / rows)
    assert found.high - found.low == pytest.approx(expected, rel=0.3)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(40):
        y, p = drawn(400, seed)
        found = resample(BINARY, y, {"network": p}, 100, seed).interval("network", "accuracy")
        held += (found.low or 1) <= 0.7 <= (found.high or 0)
    assert 33 <= held <= 40


def test_the_same_seed_gives_the_same_bits() -> None:
    y, p = drawn(3_000)
    one, two = (resample(BINARY, y, {"network": p}, 50, seed=3) for _ in range(2))
    assert all(
        (one.draws["network"][name] == two.draws["network"][name]).all() for name in one.draws["network"]
    )
    other = resample(BINARY, y, {"network": p}, 50, seed=4)
    assert (one.draws["network"]["accuracy"] != other.draws["network"]["accuracy"]).any()


def test_the_order_of_rows_does_not_matter_to_the_metric_and_models_share_resamples() -> None:
    y, p = drawn(3_000)
    found = resample(BINARY, y, {"network": p, "twin": p.copy(), "reversed": 1 - p}, 50, seed=0)
    assert found.difference("network", "twin", "roc_auc") == Interval(0.0, 0.0, 0.0)
    gap = found.draws["network"]["roc_auc"] + found.draws["reversed"]["roc_auc"]
    assert gap == pytest.approx(np.ones(50))  # only so on the very same resample


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    y, p = drawn(2_000)
    worse = (p + np.random.default_rng(1).normal(scale=0.05, size=p.shape)).clip(0, 1)
    found = resample(BINARY, y, {"network": p, "rival": worse}, 200, seed=0)
    alone, paired = found.interval("network", "roc_auc"), found.difference("network", "rival", "roc_auc")
    assert paired.high - paired.low < (alone.high - alone.low) / 2  # type: ignore[operator]


def test_without_a_second_class_there_is_no_interval() -> None:
    y, p = np.ones(60, dtype=np.int64), np.linspace(0, 1, 60)[:, None]
    found = resample(BINARY, y, {"network": p}, 50, seed=0)
    assert found.interval("network", "roc_auc") == Interval(None, None, None)
    assert found.interval("network", "brier").low is not None


def test_a_single_row_has_a_value_and_resamples_that_miss_it_are_left_out() -> None:
    found = resample(BINARY, np.array([1]), {"network": np.array([[0.8]])}, 50, seed=0)
    assert found.interval("network", "accuracy") == Interval(1.0, 1.0, 1.0)
    assert 0 < np.isnan(found.draws["network"]["accuracy"]).sum() < 50
