"""What was taken for what."""

from __future__ import annotations

from typing import Any

import numpy as np

CLASSES = 30  # shown, at most: the others are put together
OTHER = "(others)"
PAIRS = 10


def confusion(y: np.ndarray, said: np.ndarray, labels: tuple[str, ...]) -> dict[str, Any]:
    """Counts of rows by true class (outer) and predicted class (inner), with each class's own metrics.

    `y` and `said` (n,) are positions in `labels`. Above 30 classes the most frequent are kept and the rest
    are put together; memory does not grow with the square of the number of classes.
    """
    rows = np.bincount(y, minlength=len(labels))
    frequent = np.argsort(-rows, kind="stable")
    return {
        **_matrix(y, said, labels, frequent),
        "classes": _classes(y, said, labels, rows, frequent),
        "pairs": _pairs(y, said, labels) if len(labels) > 2 else [],
    }


def _matrix(y: np.ndarray, said: np.ndarray, labels: tuple[str, ...], frequent: np.ndarray) -> dict[str, Any]:
    kept = np.sort(frequent if len(labels) <= CLASSES else frequent[: CLASSES - 1])
    names = [labels[i] for i in kept] + ([OTHER] if len(kept) < len(labels) else [])
    place = np.full(len(labels), len(kept))
    place[kept] = np.arange(len(kept))
    counts = np.bincount(place[y] * len(names) + place[said], minlength=len(names) ** 2)
    return {
        "labels": names,
        "matrix": counts.reshape(len(names), -1).tolist(),
        "left_out": len(labels) - len(kept),
    }


def _classes(
    y: np.ndarray, said: np.ndarray, labels: tuple[str, ...], rows: np.ndarray, frequent: np.ndarray
) -> list[dict[str, Any]]:
    """Precision, recall and F1 of the 30 most frequent classes, lowest recall first."""
    predicted = np.bincount(said, minlength=len(labels))
    right = np.bincount(y[y == said], minlength=len(labels))
    found = [
        {
            "label": labels[i],
            "rows": int(rows[i]),
            "precision": float(right[i] / predicted[i]) if predicted[i] else None,
            "recall": float(right[i] / rows[i]),
            "f1": float(2 * right[i] / (rows[i] + predicted[i])),
        }
        for i in frequent[:CLASSES]
        if rows[i]
    ]
    return sorted(found, key=lambda each: each["recall"])


def _pairs(y: np.ndarray, said: np.ndarray, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    """The mistakes made most often."""
    wrong = y != said
    codes, counts = np.unique(y[wrong] * len(labels) + said[wrong], return_counts=True)
    most = np.argsort(-counts, kind="stable")[:PAIRS]
    return [
        {"truth": labels[i], "predicted": labels[j], "rows": int(counts[at])}
        for at, (i, j) in ((at, divmod(int(codes[at]), len(labels))) for at in most)
    ]
