"""The order of rows on disk: by a keyed mix of their `__row`, so that it depends on nothing but the seed."""

from __future__ import annotations

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


def shuffle_keys(rows: np.ndarray, seed: int) -> np.ndarray:
    """Keys (n,) uint64 of rows (n,) int64; different rows have different keys.

    (The output function of SplitMix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014.)
    """
    with np.errstate(over="ignore"):
        key = rows.astype(np.uint64) + _mix(np.array([seed], np.uint64) + GOLDEN)
        return _mix(key + GOLDEN)


def _mix(key: np.ndarray) -> np.ndarray:
    key = (key ^ (key >> np.uint64(30))) * FIRST
    key = (key ^ (key >> np.uint64(27))) * SECOND
    return key ^ (key >> np.uint64(31))


def buckets(keys: np.ndarray, count: int) -> np.ndarray:
    """Which of `count` equal ranges of keys each key (n,) lies in: smaller keys in earlier ranges."""
    return (((keys >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32)).astype(np.int64)
