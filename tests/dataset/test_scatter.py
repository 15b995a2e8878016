"""Rows thrown into files: none lost, order kept, memory bounded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from thalweg.dataset.scatter import Scatter


def batch_of(rows: list[int]) -> pa.RecordBatch:
    """Rows told by their number, and by a text that is missing for every third."""
    return pa.record_batch({"row": rows, "name": [None if row % 3 == 0 else f"n{row}" for row in rows]})


@pytest.mark.parametrize("buffered", [0, 1_000, 10**9])
def test_every_row_reaches_its_file_in_the_order_it_was_added(tmp_path: Path, buffered: int) -> None:
    scatter = Scatter(tmp_path, 3, buffered)
    expected: list[list[int]] = [[], [], []]
    chance = np.random.default_rng(0)
    for number in range(20):
        place = np.sort(chance.integers(0, 2, 50))  # the third file stays empty
        batch = batch_of(list(range(50 * number, 50 * number + 50)))
        scatter.add(batch, [0, *np.cumsum(np.bincount(place, minlength=3)).tolist()])
        for row, file in zip(batch.column("row").to_pylist(), place.tolist(), strict=True):
            expected[file].append(row)
    scatter.flush()
    assert scatter.rows == [len(rows) for rows in expected]
    for number in range(2):
        found = scatter.take(number)
        assert found.to_pylist() == batch_of(expected[number]).to_pylist()
    assert list(tmp_path.iterdir()) == []


def test_no_more_is_held_back_than_allowed(tmp_path: Path) -> None:
    batch = batch_of([1, 2, 3, 4])
    scatter = Scatter(tmp_path, 1, buffered=2 * batch.nbytes)
    scatter.add(batch, [0, 4])
    scatter.add(batch, [0, 4])
    assert not scatter.path(0).exists()
    scatter.add(batch, [0, 4])
    assert scatter.path(0).stat().st_size > 3 * batch.nbytes
