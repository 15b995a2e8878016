"""Whole numbers to their place in a list of known ones: by a table where they lie close, else by search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LARGEST = 2**20  # entries of a table, so that it stays in the cache


class Lookup:
    """Places of numbers among `values`, which rise: 0 for the first one, -1 for a number that is none of them."""

    def __init__(self, values: Sequence[int]):
        self._values = np.array(values, np.int64)
        gaps = np.diff(self._values)
        self._step = int(np.gcd.reduce(gaps)) if len(gaps) else 1
        span = (values[-1] - values[0]) // self._step + 1
        self._table = self._filled(span) if span <= LARGEST else None

    def _filled(self, span: int) -> np.ndarray:
        table = np.full(span, -1, np.int32)
        table[(self._values - self._values[0]) // self._step] = np.arange(len(self._values), dtype=np.int32)
        return table

    def find(self, x: np.ndarray) -> np.ndarray:
        """Places (B,) int32 of whole numbers, or of floats that may be NaN or broken (B,)."""
        first, last = self._values[0], self._values[-1]
        inside = (x >= first) & (x <= last)
        within = np.where(inside, x, first)
        whole = within.astype(np.int64)
        if x.dtype.kind == "f":
            inside &= whole == within
        if self._table is None:
            place = np.searchsorted(self._values, whole).astype(np.int32)
            inside &= self._values[place] == whole
        else:
            offset = whole - first
            if self._step > 1:
                inside &= offset % self._step == 0
                offset //= self._step
            place = self._table[offset]
        place[~inside] = -1
        return place
