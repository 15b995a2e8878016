"""Reliability of probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.evaluation.calibration import reliability


def test_what_is_calibrated_lies_on_the_diagonal() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(40_000)
    bins = reliability(rng.random(40_000) < p, p)
    assert len(bins) == 15
    assert sum(each["rows"] for each in bins) == 40_000
    assert sum(each["low"] <= each["predicted"] <= each["high"] for each in bins) >= 13
    assert all(each["observed"] == pytest.approx(each["predicted"], abs=0.03) for each in bins)


def test_overconfidence_is_seen() -> None:
    rng = np.random.default_rng(0)
    p = np.where(rng.random(2_000) < 0.5, 0.99, 0.01)
    low, high = reliability(rng.random(2_000) < 0.6, p)
    assert (low["predicted"], high["predicted"]) == (pytest.approx(0.01), pytest.approx(0.99))
    assert high["high"] < 0.7


def test_rows_of_one_probability_are_one_bin() -> None:
    (only,) = reliability(np.array([True, False, True, False]), np.full(4, 0.5))
    assert (only["rows"], only["observed"]) == (4, 0.5)
    assert (only["low"], only["high"]) == (
        pytest.approx(0.150, abs=1e-3),
        pytest.approx(0.850, abs=1e-3),
    )  # Wilson
    assert reliability(np.zeros(0, dtype=bool), np.zeros(0)) == []
