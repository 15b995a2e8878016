"""Whether a probability means what it says: of rows given 70%, do 70% come true?"""

from __future__ import annotations

from typing import Any

import numpy as np

BINS = 15
Z = 1.959964  # of a 95% interval


def reliability(truth: np.ndarray, confidence: np.ndarray, bins: int = BINS) -> list[dict[str, Any]]:
    """Mean probability and observed share in bins of as many rows each, with Wilson intervals (Wilson, 1927).

    `truth` (n,) is whether it came true, `confidence` (n,) the probability given. Rows of one probability are
    never divided between bins.
    """
    if not len(confidence):
        return []
    edges = np.unique(np.quantile(confidence, np.linspace(0, 1, bins + 1)[1:-1], method="higher"))
    place = np.searchsorted(edges, confidence, side="right")
    rows = np.bincount(place, minlength=len(edges) + 1)
    said = np.bincount(place, confidence, minlength=len(edges) + 1)
    came = np.bincount(place, truth.astype(np.float64), minlength=len(edges) + 1)
    return [_bin(int(n), s, c) for n, s, c in zip(rows, said, came, strict=True) if n]


def _bin(rows: int, said: float, came: float) -> dict[str, Any]:
    share = came / rows
    middle = (share + Z * Z / (2 * rows)) / (1 + Z * Z / rows)
    spread = Z / (1 + Z * Z / rows) * np.sqrt(share * (1 - share) / rows + Z * Z / (4 * rows * rows))
    return {
        "rows": rows,
        "predicted": float(said / rows),
        "observed": float(share),
        "low": float(max(middle - spread, 0.0)),
        "high": float(min(middle + spread, 1.0)),
    }
