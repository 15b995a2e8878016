"""The words of texts as a linear model likes them: how often each occurs, the rarer the heavier (TF-IDF).

A token and each pair of neighbours counts (1 + ln times) · (1 + ln((1 + n) / (1 + texts that hold it))), and a text
is brought to length one (Salton & Buckley, 1988). Such a model is hard to beat on long texts (Wang & Manning, 2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BITS = 18
PAIRS = 2**BITS  # columns that pairs of neighbours share by a hash
SEEN = 2  # training texts that must hold a column
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads neighbouring numbers


@dataclass(frozen=True)
class Words:
    """Learnt from the training rows: the columns that are seen often enough (W,), and their weights (W,)."""

    cardinality: int
    seen: np.ndarray
    weights: np.ndarray

    @classmethod
    def fit(cls, tokens: np.ndarray, cardinality: int) -> Words:
        counts = _counts(tokens, cardinality)
        texts = np.bincount(counts.indices, minlength=cardinality + PAIRS)
        seen = np.flatnonzero(texts >= SEEN)
        return cls(cardinality, seen, np.log((1 + len(tokens)) / (1 + texts[seen])) + 1)

    @property
    def width(self) -> int:
        return len(self.seen)

    def apply(self, tokens: np.ndarray) -> csr_matrix:
        """A sparse matrix (n, W) of tokens (n, L). A text without a known token is all zeros."""
        from scipy import sparse
        from sklearn.preprocessing import normalize

        counts = _counts(tokens, self.cardinality)[:, self.seen]
        counts.data = 1 + np.log(counts.data)
        return sparse.csr_matrix(normalize(counts @ sparse.diags(self.weights), copy=False))


def _counts(tokens: np.ndarray, cardinality: int) -> csr_matrix:
    """How often each token (its own column) and each pair of neighbours (a column by hash) occurs in a text."""
    from scipy import sparse

    there = tokens > 0
    rows, places = np.nonzero(there)
    pair_rows, pair_places = np.nonzero(there[:, :-1] & there[:, 1:])
    left, right = (tokens[pair_rows, pair_places + shift].astype(np.uint64) for shift in (0, 1))
    hashed = ((left * np.uint64(cardinality) + right) * MULTIPLIER) >> np.uint64(64 - BITS)
    columns = np.concatenate([tokens[rows, places], cardinality + hashed.astype(np.int64)])
    shape = (len(tokens), cardinality + PAIRS)
    counts = sparse.csr_matrix(
        (np.ones(len(columns)), (np.concatenate([rows, pair_rows]), columns)), shape=shape
    )
    counts.sum_duplicates()
    return counts
