"""From a number in its own unit to one that a network likes: about 0, about 1 wide."""

from __future__ import annotations

from functools import cached_property
from statistics import NormalDist

import numpy as np
from pydantic import BaseModel, ConfigDict

from thalweg.core.errors import DataError

REFERENCES = 1_000  # quantiles that a transformation to normal is drawn through


class Linear(BaseModel):
    """(x - shift) / scale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift: float
    scale: float

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Scaled values, float64; infinite where they are too large."""
        with np.errstate(over="ignore", invalid="ignore"):
            return (x - self.shift) / self.scale


class Normal(BaseModel):
    """Straight lines through quantiles of the training values, drawn against those of a normal distribution.

    Beyond the first and last `knots` the values are those of the ends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    knots: tuple[float, ...]
    scores: tuple[float, ...]

    @cached_property
    def _lines(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        knots, scores = np.array(self.knots), np.array(self.scores)
        slopes = np.append(np.diff(scores) / np.diff(knots), 0.0)
        return knots, scores, slopes

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Scaled values, float64; NaN stays NaN."""
        knots, scores, slopes = self._lines
        inside = np.clip(x, knots[0], knots[-1])
        left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 1)
        return scores[left] + (inside - knots[left]) * slopes[left]


def standard(x: np.ndarray, name: str) -> Linear:
    """To mean 0 and deviation 1 over `x`; a constant to 0. Raises DataError where `x` is too large."""
    with np.errstate(over="ignore", invalid="ignore"):
        shift, scale = float(np.mean(x)), float(np.std(x))
    if not np.isfinite(scale):
        raise DataError(
            f"column {name!r} holds numbers as large as {np.abs(x).max():.3g}: too large to standardise",
            hint=f"scale it by its quantiles: {{column: {name}, kind: number, transform: quantile}}",
        )
    return Linear(shift=shift, scale=scale if scale > 0 else 1.0)


def quantile(x: np.ndarray) -> Normal:
    """To a normal distribution, through at most 1,000 quantiles of `x`."""
    most = min(REFERENCES, len(x))
    ranks = (np.arange(most) + 0.5) / most
    values = np.sort(x)[(ranks * len(x)).astype(np.int64)]
    knots, first, rows = np.unique(values, return_index=True, return_counts=True)
    middles = ranks[first] + (rows - 1) / (2 * most)
    scores = [NormalDist().inv_cdf(middle) for middle in middles.tolist()]
    return Normal(knots=tuple(knots.tolist()), scores=tuple(scores))
