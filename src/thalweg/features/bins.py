"""Where piecewise-linear embeddings bend: the edges of bins that hold about as many training rows each."""

from __future__ import annotations

import numpy as np


def bin_edges(encoded: np.ndarray, most: int) -> tuple[float, ...] | None:
    """At most `most + 1` rising edges for encoded training values (n,) float32; None where `most` is 0.

    Few distinct values become the edges themselves. Else a value that fills a bin alone is an edge, and the
    others are shared out by quantiles, so that a column that is mostly zero still has its tail resolved.
    (Quantile bins for such embeddings: Gorishniy et al., On Embeddings for Numerical Features, 2022.)
    """
    if most == 0:
        return None
    values, rows = np.unique(encoded, return_counts=True)
    if len(values) > most + 1:
        values = _quantile_edges(values, rows, most + 1)
    if len(values) == 1:
        values = np.append(values, values[0] + np.float32(1))
    return tuple(values.tolist())


def _quantile_edges(values: np.ndarray, rows: np.ndarray, most: int) -> np.ndarray:
    heavy = rows * most > rows.sum()
    spare = np.argsort(-rows[heavy], kind="stable")[max(most - 2, 0) :]  # both ends are edges too
    heavy[np.flatnonzero(heavy)[spare]] = False
    light = np.repeat(values[~heavy], rows[~heavy])
    ends = values[[0, -1]]
    left = max(most - len(np.union1d(values[heavy], ends)), 0)
    places = np.linspace(0, len(light) - 1, left + 2).round().astype(np.int64)[1:-1]
    return np.unique(np.concatenate([ends, values[heavy], light[places]]))
