"""How far predicted values are from true ones. Counts and quantiles only: no row can be read back."""

from __future__ import annotations

from typing import Any

import numpy as np

BINS = 50
GRID = 40
BANDS = 12
QUANTILES = (5, 25, 50, 75, 95)


def residuals(y: np.ndarray, p: np.ndarray) -> dict[str, Any]:
    """Histogram of true minus predicted, counts of (predicted, true) on a grid, spread along p.

    Axes span the middle 99% of the values, so that one wild row does not flatten the picture; `outside` tells
    how many rows lie beyond.
    """
    if not len(y):
        return {}
    y, p = y.astype(np.float64), p.astype(np.float64)
    rest = y - p
    low, high = _span(rest)
    counts, edges = np.histogram(rest, BINS, (low, high))
    return {
        "histogram": {
            "edges": edges.tolist(),
            "counts": counts.tolist(),
            "outside": len(y) - int(counts.sum()),
        },
        "grid": _grid(y, p),
        "bands": _bands(p, rest),
        "quantiles": dict(zip(map(str, QUANTILES), np.percentile(rest, QUANTILES).tolist(), strict=True)),
    }


def _span(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, [0.5, 99.5])
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(low) + 0.5)


def _grid(y: np.ndarray, p: np.ndarray) -> dict[str, Any]:
    low, high = _span(np.concatenate([y, p]))
    counts, edges, _ = np.histogram2d(y, p, GRID, ((low, high), (low, high)))
    return {
        "edges": edges.tolist(),
        "counts": counts.astype(int).tolist(),  # outer: true, inner: predicted
        "outside": len(y) - int(counts.sum()),
    }


def _bands(p: np.ndarray, rest: np.ndarray) -> list[dict[str, Any]]:
    edges = np.unique(np.quantile(p, np.linspace(0, 1, BANDS + 1)[1:-1]))
    place = np.searchsorted(edges, p, side="right")
    found = []
    for band in np.unique(place):
        inside = place == band
        low, middle, high = np.percentile(rest[inside], [5, 50, 95])
        found.append(
            {
                "predicted": float(p[inside].mean()),
                "rows": int(inside.sum()),
                "low": float(low),
                "median": float(middle),
                "high": float(high),
            }
        )
    return found
