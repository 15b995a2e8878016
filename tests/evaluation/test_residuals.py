"""Errors of predicted values, in counts."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.evaluation.residuals import residuals


def test_counts_and_what_lies_outside_are_all_rows() -> None:
    rng = np.random.default_rng(0)
    p = rng.normal(size=5_000)
    y = p + rng.normal(scale=0.5, size=5_000)
    y[0] = 1e9  # one wild row
    found = residuals(y, p)
    assert sum(found["histogram"]["counts"]) + found["histogram"]["outside"] == 5_000
    assert sum(map(sum, found["grid"]["counts"])) + found["grid"]["outside"] == 5_000
    assert max(found["histogram"]["edges"]) < 5
    assert found["quantiles"]["50"] == pytest.approx(0, abs=0.05)
    assert found["quantiles"]["95"] == pytest.approx(0.5 * 1.645, abs=0.06)


def test_bands_show_where_the_error_grows() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(1, 10, 6_000)
    bands = residuals(p + rng.normal(size=6_000) * p, p)["bands"]
    spread = [band["high"] - band["low"] for band in bands]
    assert sum(band["rows"] for band in bands) == 6_000
    assert spread[-1] > 4 * spread[0]


def test_constant_predictions_and_no_rows() -> None:
    found = residuals(np.ones(10, dtype=np.float32), np.ones(10))
    assert sum(found["histogram"]["counts"]) == 10
    assert len(found["bands"]) == 1
    assert residuals(np.zeros(0), np.zeros(0)) == {}
