"""Mutual information of inputs with a target, beside what chance gives."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TENTHS = 10
VALUES = 30  # of a category that are told apart; the rest together
SHUFFLES = 199


@dataclass(frozen=True)
class Told:
    """An input's mutual information with the target in bits, what shuffled targets give, and the corrected p-value."""

    name: str
    bits: float
    by_chance: float
    p: float


def codes_of(column: pa.ChunkedArray) -> np.ndarray:
    """Values (N,) as whole numbers: numbers of many values by tenth, missing ones by themselves."""
    numeric = (
        pa.types.is_integer(column.type)
        or pa.types.is_floating(column.type)
        or pa.types.is_decimal(column.type)
    )
    if numeric and pc.count_distinct(column).as_py() > VALUES:
        values = pc.cast(column, pa.float64(), safe=False).to_numpy()
        finite = values[np.isfinite(values)]
        cuts = np.unique(np.quantile(finite, np.arange(1, TENTHS) / TENTHS, method="lower"))
        return np.where(np.isnan(values), len(cuts) + 1, np.searchsorted(cuts, values, side="left"))
    text = pc.fill_null(pc.cast(column, pa.string()), "")
    _, codes, counts = np.unique(np.array(text.to_pylist()), return_inverse=True, return_counts=True)
    kept = np.argsort(-counts, kind="stable")[:VALUES]
    rank = np.full(len(counts), min(VALUES, len(counts)))
    rank[kept] = np.arange(len(kept))
    return rank[codes]


def bits(one: np.ndarray, other: np.ndarray) -> float:
    """Mutual information of two columns of codes."""
    wide = int(other.max()) + 1
    table = np.bincount(one * wide + other, minlength=(int(one.max()) + 1) * wide).reshape(-1, wide) / len(
        one
    )
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    there = table > 0
    return float((table[there] * np.log2(table[there] / expected[there])).sum())


def informative(inputs: Mapping[str, np.ndarray], target: np.ndarray, seed: int) -> list[Told]:
    """The inputs, most telling first.

    Inputs of many values look telling by chance: each is measured in standard deviations above what shuffled targets
    give it, and compared with the greatest such excess of any input in each shuffle.
    """
    rng = np.random.default_rng(seed)
    names = list(inputs)
    seen = np.array([bits(inputs[name], target) for name in names])
    mixed = [rng.permutation(target) for _ in range(SHUFFLES)]
    chance = np.array([[bits(inputs[name], other) for name in names] for other in mixed])
    mean, spread = chance.mean(axis=0), np.maximum(chance.std(axis=0), 1e-12)
    greatest = ((chance - mean) / spread).max(axis=1)
    p = [float((1 + (greatest >= excess).sum()) / (1 + SHUFFLES)) for excess in (seen - mean) / spread]
    found = [Told(*each) for each in zip(names, seen.tolist(), mean.tolist(), p, strict=True)]
    return sorted(found, key=lambda each: (-(each.bits - each.by_chance), each.name))
