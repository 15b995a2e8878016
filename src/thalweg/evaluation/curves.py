"""What a score between two classes is worth: ROC, precision and recall, thresholds, gains."""

from __future__ import annotations

from typing import Any

import numpy as np

POINTS = 400  # of a curve, at most: more can't be seen
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
THRESHOLDS = tuple(step / 20 for step in range(1, 20))
HISTOGRAM = 40


def two_class_curves(y: np.ndarray, p: np.ndarray) -> dict[str, Any]:
    """Curves of scores p (n,) for truths y (n,) of 0 and 1; empty where only one class is there."""
    positives = int((y == 1).sum())
    if positives in (0, len(y)):
        return {}
    hits, flagged, _ = _cumulative(y, p)
    return {
        "roc": _roc(hits, flagged, positives, len(y)),
        "precision_recall": _precision_recall(hits, flagged, positives),
    }


def two_class_tables(y: np.ndarray, p: np.ndarray) -> dict[str, Any]:
    """What happens at thresholds and among the highest scores, and the spread of each class's scores."""
    if not len(y):
        return {}
    hits, flagged, scores = _cumulative(y, p)
    positives = int((y == 1).sum())
    edges = np.linspace(0.0, 1.0, HISTOGRAM + 1)
    best = y[np.argsort(-p, kind="stable")] == 1
    return {
        "thresholds": [_threshold(t, hits, flagged, scores, positives, len(y)) for t in THRESHOLDS],
        "gains": [_gain(share, best, positives) for share in SHARES if round(share * len(y)) >= 1],
        "scores": {
            "edges": edges.tolist(),
            "negative": np.histogram(p[y == 0], edges)[0].tolist(),
            "positive": np.histogram(p[y == 1], edges)[0].tolist(),
        },
    }


def _cumulative(y: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At each distinct score, highest first: positives at or above it, rows at or above it, the score."""
    order = np.argsort(-p, kind="stable")
    sorted_p, sorted_y = p[order], y[order] == 1
    last = np.flatnonzero(np.append(np.diff(sorted_p) != 0, True))
    return np.cumsum(sorted_y)[last], last + 1, sorted_p[last]


def _thin(along: np.ndarray) -> np.ndarray:
    """Indices of points spread evenly along a growing length, first and last among them."""
    if len(along) <= POINTS:
        return np.arange(len(along))
    return np.unique(np.searchsorted(along, np.linspace(along[0], along[-1], POINTS)))


def _roc(hits: np.ndarray, flagged: np.ndarray, positives: int, rows: int) -> dict[str, list[float]]:
    recall = np.concatenate([[0.0], hits / positives])
    false_alarms = np.concatenate([[0.0], (flagged - hits) / (rows - positives)])
    kept = _thin(recall + false_alarms)
    return {"x": _rounded(false_alarms[kept]), "y": _rounded(recall[kept])}


def _precision_recall(hits: np.ndarray, flagged: np.ndarray, positives: int) -> dict[str, list[float]]:
    recall, precision = hits / positives, hits / flagged
    kept = _thin(recall + np.arange(len(recall)) / len(recall))
    return {"x": _rounded(recall[kept]), "y": _rounded(precision[kept])}


def _threshold(
    threshold: float, hits: np.ndarray, flagged: np.ndarray, scores: np.ndarray, positives: int, rows: int
) -> dict[str, float | int | None]:
    at = int(np.searchsorted(-scores, -threshold, side="right")) - 1
    hit, flag = (int(hits[at]), int(flagged[at])) if at >= 0 else (0, 0)
    right = hit + (rows - positives) - (flag - hit)
    return {
        "threshold": threshold,
        "flagged": flag,
        "precision": hit / flag if flag else None,
        "recall": hit / positives if positives else None,
        "f1": 2 * hit / (flag + positives) if flag + positives else None,
        "accuracy": right / rows,
    }


def _gain(share: float, best: np.ndarray, positives: int) -> dict[str, float | int | None]:
    """`best` (n,): whether each row is positive, highest score first."""
    rows = round(share * len(best))
    hit = int(best[:rows].sum())
    return {
        "share": share,
        "rows": rows,
        "precision": hit / rows,
        "recall": hit / positives if positives else None,
        "lift": hit / rows / (positives / len(best)) if positives else None,
    }


def _rounded(values: np.ndarray) -> list[float]:
    return np.round(values, 5).tolist()
