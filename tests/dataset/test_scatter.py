"""Rows thrown into files: none lost, order kept, memory bounded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thalweg.dataset.scatter import Scatter

RECORD = np.dtype([("numbers", np.float32, (2,)), ("row", np.int64)])


@pytest.mark.parametrize("buffered", [0, 1_000, 10**9])
def test_every_row_reaches_its_file_in_the_order_it_was_added(tmp_path: Path, buffered: int) -> None:
    scatter = Scatter(tmp_path, 3, buffered)
    expected: list[list[int]] = [[], [], []]
    chance = np.random.default_rng(0)
    for batch in range(20):
        place = np.sort(chance.integers(0, 2, 50))  # the third file stays empty
        records = np.zeros(50, RECORD)
        records["row"] = np.arange(50) + 50 * batch
        records["numbers"] = records["row"][:, None] + [0.25, 0.5]
        scatter.add(records, [0, *np.cumsum(np.bincount(place, minlength=3)).tolist()])
        for row, number in zip(records["row"].tolist(), place.tolist(), strict=True):
            expected[number].append(row)
    scatter.flush()
    assert scatter.rows == [len(rows) for rows in expected]
    for number in range(2):
        found = scatter.take(number, RECORD)
        assert found["row"].tolist() == expected[number]
        assert (found["numbers"][:, 1] == found["row"] + 0.5).all()
    assert list(tmp_path.iterdir()) == []


def test_no_more_is_held_back_than_allowed(tmp_path: Path) -> None:
    scatter = Scatter(tmp_path, 1, buffered=10 * RECORD.itemsize)
    for _ in range(3):
        scatter.add(np.zeros(4, RECORD), [0, 4])
    assert scatter.path(0).stat().st_size == 12 * RECORD.itemsize
