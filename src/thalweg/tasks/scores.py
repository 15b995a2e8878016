"""Metrics of predictions, each row counted `weight` times. NaN where a metric is not defined.

Written here because scikit-learn's checks cost twenty times the sums when a test split is resampled hundreds of
times. The tests hold them equal.
"""

from __future__ import annotations

import numpy as np

SMALLEST = 1e-15
BINS = 15


def mean(values: np.ndarray, weight: np.ndarray | None) -> float:
    """The weighted mean; NaN of no rows."""
    if weight is None:
        return float(values.mean()) if len(values) else float("nan")
    total = weight.sum()
    return float((values * weight).sum() / total) if total > 0 else float("nan")


def ratio(above: float, below: float) -> float:
    """above / below; NaN where below is 0."""
    return float(above / below) if below else float("nan")


def roc_auc(y: np.ndarray, p: np.ndarray, weight: np.ndarray | None) -> float:
    """Area under the ROC curve of p (B,) for y (B,) in {0, 1}; NaN where there is only one class."""
    hits, claims = _ranked(y, p, weight)
    misses = claims - hits
    if hits[-1] <= 0 or misses[-1] <= 0:
        return float("nan")
    return float(np.trapezoid(hits, misses) / (hits[-1] * misses[-1]))


def pr_auc(y: np.ndarray, p: np.ndarray, weight: np.ndarray | None) -> float:
    """Average precision of p (B,) for y (B,) in {0, 1}; NaN where there is only one class."""
    hits, claims = _ranked(y, p, weight)
    if hits[-1] <= 0 or claims[-1] <= hits[-1]:
        return float("nan")
    precision = hits[1:] / np.where(claims[1:] > 0, claims[1:], 1.0)
    return float((np.diff(hits) * precision).sum() / hits[-1])


def _ranked(y: np.ndarray, p: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Weight of the positives, and of all rows, at or above each distinct score, highest first; 0 before."""
    order = np.argsort(-p, kind="stable")  # one pass over rows that come sorted
    ranked, own = p[order], np.ones(len(p)) if weight is None else weight[order]
    last = np.flatnonzero(np.append(np.diff(ranked) != 0, [True] * bool(len(p))))
    hits, claims = np.cumsum(own * (y[order] == 1))[last], np.cumsum(own)[last]
    return np.concatenate([[0.0], hits]), np.concatenate([[0.0], claims])


def log_loss(truth: np.ndarray, weight: np.ndarray | None) -> float:
    """Mean of −log p over the probabilities (B,) given to what came true."""
    return mean(-np.log(np.clip(truth, SMALLEST, 1.0)), weight)


def calibration_error(p: np.ndarray, right: np.ndarray, weight: np.ndarray | None) -> float:
    """Expected calibration error of probabilities p (B,) of events `right` (B,), over 15 equal bins."""
    weight = np.ones(len(p)) if weight is None else weight
    bins = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(bins, weight * (p - right), BINS)
    return ratio(np.abs(gap).sum(), weight.sum())


def macro_f1(y: np.ndarray, said: np.ndarray, classes: int, weight: np.ndarray | None) -> float:
    """Mean F1 over the classes that are true or said somewhere."""
    weight = np.ones(len(y)) if weight is None else weight
    true, claimed = np.bincount(y, weight, classes), np.bincount(said, weight, classes)
    hits = np.bincount(y, weight * (y == said), classes)
    seen = true + claimed > 0
    return float(np.mean(2 * hits[seen] / (true + claimed)[seen])) if seen.any() else float("nan")
