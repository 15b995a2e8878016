"""Curves and tables of a score between two classes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn

from thalweg.evaluation.curves import POINTS, two_class_curves, two_class_tables


def drawn(rows: int = 5_000, digits: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, rows)
    return y, np.round(1 / (1 + np.exp(-rng.normal(size=rows) - y)), digits)


@pytest.mark.parametrize("digits", [1, 2, 6])  # many ties to none
def test_thinned_curves_keep_their_areas(digits: int) -> None:
    y, p = drawn(digits=digits)
    curves = two_class_curves(y, p)
    roc = curves["roc"]
    assert (roc["x"][0], roc["y"][0], roc["x"][-1], roc["y"][-1]) == (0, 0, 1, 1)
    assert max(len(points["x"]) for points in curves.values()) <= POINTS
    assert np.trapezoid(roc["y"], roc["x"]) == pytest.approx(sklearn.roc_auc_score(y, p), abs=1e-3)
    precision = curves["precision_recall"]
    area = np.sum(np.diff([0, *precision["x"]]) * precision["y"])
    assert area == pytest.approx(sklearn.average_precision_score(y, p), abs=5e-3)


def test_one_class_has_no_curves_but_tables() -> None:
    y, p = np.zeros(100, dtype=np.int64), np.linspace(0, 1, 100)
    assert two_class_curves(y, p) == {}
    row = two_class_tables(y, p)["thresholds"][9]
    assert (row["flagged"], row["precision"], row["recall"]) == (50, 0.0, None)
    assert two_class_tables(y[:0], p[:0]) == {}


def test_a_threshold_counts_what_lies_at_or_above_it() -> None:
    y, p = np.array([1, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.1])
    row = {round(each["threshold"], 2): each for each in two_class_tables(y, p)["thresholds"]}
    assert row[0.5] == {
        "threshold": 0.5,
        "flagged": 3,
        "precision": 2 / 3,
        "recall": 1.0,
        "f1": pytest.approx(0.8),
        "accuracy": 0.75,
    }
    assert row[0.95]["flagged"] == 0
    assert row[0.95]["precision"] is None


def test_gains_count_the_highest_scores() -> None:
    y = np.repeat([1, 0], [10, 90])
    gains = {each["share"]: each for each in two_class_tables(y, np.linspace(1, 0, 100))["gains"]}
    assert gains[0.05] == {
        "share": 0.05,
        "rows": 5,
        "precision": 1.0,
        "recall": 0.5,
        "lift": pytest.approx(10),
    }
    assert gains[0.5]["recall"] == 1.0


def test_the_spread_of_scores_counts_every_row() -> None:
    y, p = drawn()
    scores = two_class_tables(y, p)["scores"]
    assert sum(scores["positive"]) == (y == 1).sum()
    assert sum(scores["negative"]) == (y == 0).sum()
