"""Rows thrown into files: none lost, order kept, memory bounded."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from thalweg.dataset.scatter import Part, Scatter


def batch_of(rows: list[int]) -> pa.RecordBatch:
    """Rows told by their number, and by a text that is missing for every third."""
    return pa.record_batch({"row": rows, "name": [None if row % 3 == 0 else f"n{row}" for row in rows]})


def test_every_row_reaches_its_file_in_the_order_it_was_added(tmp_path: Path) -> None:
    scatter = Scatter(tmp_path, 3)
    expected: list[list[int]] = [[], [], []]
    for number in range(20):
        for place in (0, 1):  # the third file stays empty
            rows = list(range(100 * number + 50 * place, 100 * number + 30 + 50 * place))
            whole = batch_of([-1, *rows, -1])
            scatter.add([Part(place, whole.slice(1, len(rows)))])
            expected[place] += rows
    assert scatter.rows == [600, 600, 0]
    for place in (0, 1):
        assert pa.Table.from_batches(scatter.take(place)).to_pylist() == batch_of(expected[place]).to_pylist()
    assert list(tmp_path.iterdir()) == []


def test_a_part_has_the_bytes_of_its_rows_alone() -> None:
    whole = batch_of(list(range(100_000)))
    assert len(Part(0, whole.slice(500, 10)).content) < 2_000


def test_parts_of_one_file_may_have_different_columns(tmp_path: Path) -> None:
    scatter = Scatter(tmp_path, 1)
    parts = [batch_of([1, 2]), batch_of([3]).drop_columns(["name"]), batch_of([4])]
    scatter.add(Part(0, part) for part in parts)
    assert [part.to_pydict() for part in scatter.take(0)] == [part.to_pydict() for part in parts]
