"""Sums along rows that have the same bits whatever stands beside a row.

A product of matrices adds up in an order that depends on the number of rows; here every row is added up column by
column, with operations that IEEE 754 rounds in one way.
"""

from __future__ import annotations

import numpy as np


def product(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`rows @ weights`, (N, D) and (D, K) to (N, K)."""
    total = np.zeros((len(rows), weights.shape[1]))
    for column, weight in zip(rows.T, weights, strict=True):
        total += column[:, None] * weight
    return total


def squared_distances(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Of rows (N, D) to centres (K, D), as (N, K)."""
    total = np.zeros((len(rows), len(centres)))
    for column, places in zip(rows.T, centres.T, strict=True):
        total += np.square(column[:, None] - places)
    return total


def total(parts: np.ndarray) -> np.ndarray:
    """The sum of (D, N) along the first axis, in its order, as (N,)."""
    found = np.zeros(parts.shape[1])
    for part in parts:
        found += part
    return found
