"""Keys that rows are shuffled by."""

from __future__ import annotations

import numpy as np

from thalweg.dataset.shuffle import buckets, shuffle_keys


def test_keys_are_those_of_splitmix64() -> None:
    """The first outputs of SplitMix64 for the seed 0 are published with its code."""
    from thalweg.dataset.shuffle import GOLDEN, _mix

    with np.errstate(over="ignore"):
        states = np.arange(1, 4, dtype=np.uint64) * GOLDEN
    assert [f"{key:x}" for key in _mix(states)] == ["e220a8397b1dcdaf", "6e789e6aa1b965f4", "6c45d188009454f"]


def test_keys_differ_and_depend_on_the_seed() -> None:
    rows = np.concatenate([np.arange(100_000), 2**40 + np.arange(1_000)])
    one, other = shuffle_keys(rows, 0), shuffle_keys(rows, 1)
    assert len(np.unique(one)) == len(rows)
    assert (one != other).all()
    assert abs(np.corrcoef(one[:-1].astype(float), one[1:].astype(float))[0, 1]) < 0.01
    assert abs(np.corrcoef(one.astype(float), other.astype(float))[0, 1]) < 0.01


def test_buckets_are_ranges_of_keys_of_about_equal_size() -> None:
    keys = np.sort(shuffle_keys(np.arange(70_000), 5))
    place = buckets(keys, 7)
    assert (np.diff(place) >= 0).all()
    assert (np.abs(np.bincount(place) - 10_000) < 400).all()
    assert len(np.bincount(place)) == 7
