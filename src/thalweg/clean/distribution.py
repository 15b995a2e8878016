"""Which values a column has, and how often: all of them, or those of a sample."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BINS = 20
STRETCH = 4.0
"""How many times wider than its middle 99% a column may be before its histogram ends there."""


@dataclass(frozen=True)
class Histogram:
    """Rows between neighbouring edges; the first and the last bin also hold what lies beyond."""

    edges: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Distribution:
    """Distinct values in order with their rows. Numbers as float64, moments as int64 microseconds, the rest as text.

    `whole` says that every row was counted, not only those of a sample.
    """

    values: np.ndarray
    counts: np.ndarray
    whole: bool

    @classmethod
    def of(cls, values: pa.Array | pa.ChunkedArray, whole: bool) -> Distribution:
        """The distribution of single values, none of them missing."""
        counted = pc.value_counts(values)
        return cls.counted(counted.field("values"), counted.field("counts"), whole)

    @classmethod
    def counted(
        cls, values: pa.Array | pa.ChunkedArray, counts: pa.Array | pa.ChunkedArray, whole: bool
    ) -> Distribution:
        """The distribution of distinct values with their rows, in any order."""
        order = pc.sort_indices(values)
        ordered = values.take(order).to_numpy(zero_copy_only=False)
        return cls(ordered, counts.take(order).to_numpy(zero_copy_only=False).astype(np.int64), whole)

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    def quantiles(self, fractions: Sequence[float]) -> list[Any]:
        """The ⌈f·n⌉-th value in order for each fraction f: always one that occurs."""
        upto = np.cumsum(self.counts)
        ranks = np.maximum(np.ceil(np.asarray(fractions) * upto[-1]), 1)
        return self.values[np.searchsorted(upto, ranks)].tolist()

    def mean(self) -> float:
        """The mean of numbers, summed in the order of the values, so that it is the same bits each time."""
        return float((self.values * (self.counts / self.rows)).sum())

    def deviation(self) -> float:
        """The standard deviation of numbers, over n."""
        shares = self.counts / self.rows
        return float(np.sqrt(((self.values - self.mean()) ** 2 * shares).sum()))

    def top(self, most: int) -> list[tuple[Any, int]]:
        """The most frequent values, ties in the order of the values."""
        chosen = np.argsort(-self.counts, kind="stable")[:most]
        return list(zip(self.values[chosen].tolist(), self.counts[chosen].tolist(), strict=True))

    def histogram(self, bins: int = BINS) -> Histogram:
        """Rows in bins of equal width over the range, or over the middle 99% where a few values lie far beyond.

        Bins of whole numbers hold the same number of them each: one, where there are few.
        """
        low, high = (float(value) for value in (self.values[0], self.values[-1]))
        inner_low, inner_high = (float(value) for value in self.quantiles((0.005, 0.995)))
        if high - low > STRETCH * (inner_high - inner_low) > 0:
            low, high = inner_low, inner_high
        if np.any(self.values % 1):
            edges = np.linspace(low, high, bins + 1) if high > low else np.array([low - 0.5, low + 0.5])
        else:
            low, high = np.floor(low), np.floor(high)
            width = np.ceil((high - low + 1) / bins)
            edges = np.arange(low, high + width + 1, width) - 0.5
        places = np.clip(np.searchsorted(edges, self.values, side="right") - 1, 0, len(edges) - 2)
        return Histogram(
            edges, np.bincount(places, weights=self.counts, minlength=len(edges) - 1).astype(np.int64)
        )
