"""Rows thrown into many files at once, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

BUFFERED = 96 * 2**20  # bytes held back, so that each file is written in long runs


class Scatter:
    """Appends rows of Arrow batches, all of one schema, to numbered files in a folder."""

    def __init__(self, folder: Path, count: int, buffered: int = BUFFERED):
        self.folder = folder
        self.rows = [0] * count
        self.buffered = buffered
        self._held: list[list[pa.RecordBatch]] = [[] for _ in range(count)]
        self._bytes = 0
        self._schema: pa.Schema | None = None

    def add(self, batch: pa.RecordBatch, starts: Sequence[int]) -> None:
        """Add rows sorted by file: those of file i are the batch's from `starts[i]` to `starts[i + 1]`."""
        self._schema = batch.schema
        for place, (start, end) in enumerate(pairwise(starts)):
            if end > start:
                self._held[place].append(batch.slice(start, end - start))
                self.rows[place] += end - start
        self._bytes += batch.nbytes
        if self._bytes > self.buffered:
            self.flush()

    def flush(self) -> None:
        """Write what is held back."""
        for place, held in enumerate(self._held):
            if held:
                with self.path(place).open("ab") as file:
                    for batch in pa.Table.from_batches(held).combine_chunks().to_batches():
                        file.write(batch.serialize())
        self._held = [[] for _ in self._held]
        self._bytes = 0

    def path(self, place: int) -> Path:
        return self.folder / f"{place:06d}.rows"

    def take(self, place: int) -> pa.Table:
        """The rows of a file, in the order they were added; the file is removed."""
        batches = []
        with pa.memory_map(str(self.path(place))) as file:
            while file.tell() < file.size():
                batches.append(pa.ipc.read_record_batch(pa.ipc.read_message(file), self._schema))
        self.path(place).unlink()
        return pa.Table.from_batches(batches, self._schema)
