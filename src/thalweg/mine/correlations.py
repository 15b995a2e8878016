"""How columns go together, two by two."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST = 30  # columns; of more, the first are compared
FEWEST = 10  # rows in which both have a value
TOLD = 10  # pairs


def numeric(sample: pa.Table, names: Sequence[str]) -> dict[str, Any]:
    """Pearson's and Spearman's correlation of each pair of numbers, over the rows that have both.

    Spearman's is taken of ranks among each column's own values, ties sharing their mean rank. A pair with too few
    rows, or a column without spread, has None.
    """
    names = list(names)[:MOST]
    values = np.column_stack([_numbers(sample[name]) for name in names]) if names else np.empty((0, 0))
    ranks = np.column_stack([_ranks(column) for column in values.T]) if names else values
    return {"columns": names, "pearson": _rounded(pearson(values)), "spearman": _rounded(pearson(ranks))}


def categorical(sample: pa.Table, names: Sequence[str]) -> dict[str, Any]:
    """Cramér's V of each pair of categories, over the rows that have both; corrected for bias (Bergsma 2013)."""
    names = list(names)[:MOST]
    codes = [_codes(sample[name]) for name in names]
    found = np.eye(len(names))
    for i, j in combinations(range(len(names)), 2):
        found[i, j] = found[j, i] = cramers_v(codes[i], codes[j])
    return {"columns": names, "cramers_v": _rounded(found)}


def mixed(sample: pa.Table, numbers: Sequence[str], categories: Sequence[str]) -> dict[str, Any]:
    """The correlation ratio of each number (row) with each category (column), over the rows that have both."""
    numbers, categories = list(numbers)[:MOST], list(categories)[:MOST]
    values = {name: _numbers(sample[name]) for name in numbers}
    codes = {name: _codes(sample[name]) for name in categories}
    ratios = [[correlation_ratio(codes[c], values[n]) for c in categories] for n in numbers]
    found = [[None if np.isnan(ratio) else round(ratio, 4) for ratio in row] for row in ratios]
    return {"numbers": numbers, "categories": categories, "correlation_ratio": found}


def strongest_mixed(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pairs of a number and a category that go together most, strongest first."""
    pairs = [
        {"one": number, "other": category, "measure": "correlation_ratio", "value": value}
        for number, row in zip(found["numbers"], found["correlation_ratio"], strict=True)
        for category, value in zip(found["categories"], row, strict=True)
        if value is not None
    ]
    return sorted(pairs, key=lambda pair: -pair["value"])[:TOLD]


def strongest(
    measure: str, columns: Sequence[str], matrix: Sequence[Sequence[float | None]]
) -> list[dict[str, Any]]:
    """The pairs that go together most, strongest first."""
    pairs = [
        {"one": columns[i], "other": columns[j], "measure": measure, "value": value}
        for i, j in combinations(range(len(columns)), 2)
        if (value := matrix[i][j]) is not None
    ]
    return sorted(pairs, key=lambda pair: -abs(pair["value"]))[:TOLD]


def pearson(values: np.ndarray) -> np.ndarray:
    """Correlations (C, C) of columns (N, C), NaN being missing, each pair over the rows that have both."""
    there = ~np.isnan(values)
    mask = there.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = mask.T @ mask
        scaled = np.where(there, values - _mean(values, mask), 0.0)
        spread = np.sqrt((scaled**2).sum(axis=0) / np.maximum(mask.sum(axis=0), 1))
        scaled = scaled / np.where(spread > 0, spread, 1.0)
        mean = (scaled.T @ mask) / rows  # of the row's column, where the column's column is there
        variance = ((scaled**2).T @ mask) / rows - mean**2
        together = (scaled.T @ scaled) / rows - mean * mean.T
        found = together / np.sqrt(variance * variance.T)
    flat = (variance < 1e-12) | (variance.T < 1e-12) | (rows < FEWEST)
    return np.where(flat, np.nan, np.clip(found, -1.0, 1.0))


def cramers_v(one: np.ndarray, other: np.ndarray) -> float:
    """Cramér's V of two columns of codes, -1 being missing; NaN where either has one value only."""
    both = (one >= 0) & (other >= 0)
    rows = int(both.sum())
    if rows < FEWEST:
        return float("nan")
    wide = int(other.max()) + 1
    table = np.bincount(one[both] * wide + other[both], minlength=(int(one.max()) + 1) * wide).reshape(
        -1, wide
    )
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0].astype(np.float64)
    r, k = table.shape
    if min(r, k) < 2:
        return float("nan")
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / rows
    phi = ((table - expected) ** 2 / expected).sum() / rows
    corrected = max(phi - (r - 1) * (k - 1) / (rows - 1), 0.0)
    r, k = r - (r - 1) ** 2 / (rows - 1), k - (k - 1) ** 2 / (rows - 1)
    return float(min(np.sqrt(corrected / (min(r, k) - 1)), 1.0))


def correlation_ratio(codes: np.ndarray, values: np.ndarray) -> float:
    """The correlation ratio η of numbers (N,), NaN missing, with codes (N,), -1 missing; NaN where there is none.

    The share of the variance that lies between the categories, corrected for the part that chance puts there (ε²:
    Kelley 1935), and its root, so that it compares with a correlation.
    """
    both = (codes >= 0) & np.isfinite(values)
    _, places, counts = np.unique(codes[both], return_inverse=True, return_counts=True)
    rows, groups = int(both.sum()), len(counts)
    if rows < FEWEST or groups < 2 or rows <= groups:
        return float("nan")
    centred = values[both] - values[both].mean()
    scale = np.abs(centred).max()
    if scale == 0:
        return float("nan")
    centred = centred / scale
    sums = np.bincount(places, weights=centred)
    within = float((centred**2).sum() - (sums**2 / counts).sum())
    corrected = 1 - (within / (rows - groups)) / (float((centred**2).sum()) / (rows - 1))
    return float(np.sqrt(min(max(corrected, 0.0), 1.0)))


def _mean(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.where(mask > 0, values, 0.0).sum(axis=0) / np.maximum(mask.sum(axis=0), 1)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    return pc.cast(column, pa.float64()).to_numpy().astype(np.float64)


def _ranks(values: np.ndarray) -> np.ndarray:
    there = ~np.isnan(values)
    _, place, counts = np.unique(values[there], return_inverse=True, return_counts=True)
    ranks = np.full(len(values), np.nan)
    ranks[there] = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    encoded = pc.dictionary_encode(column.combine_chunks()).indices
    return pc.fill_null(encoded, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _rounded(matrix: np.ndarray) -> list[list[float | None]]:
    """To four decimals, the diagonal 1."""
    return [
        [
            1.0 if i == j else None if np.isnan(value) else round(float(value), 4)
            for j, value in enumerate(row)
        ]
        for i, row in enumerate(matrix)
    ]
