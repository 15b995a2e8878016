"""Rows thrown into many files, and fetched back file by file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa


class Part:
    """Rows for one file, as bytes."""

    def __init__(self, place: int, batch: pa.RecordBatch):
        self.place = place
        self.rows = batch.num_rows
        self.schema = batch.schema
        self.content = batch.serialize()


class Scatter:
    """Appends rows of Arrow batches, each with a schema of its own, to numbered files in a folder."""

    def __init__(self, folder: Path, count: int):
        self.folder = folder
        self.rows = [0] * count
        self._schemas: list[list[pa.Schema]] = [[] for _ in range(count)]

    def add(self, parts: Sequence[Part]) -> int:
        """Append parts to their files; returns how many rows they have."""
        for part in parts:
            with self.path(part.place).open("ab", buffering=0) as file:
                file.write(part.content)
            self.rows[part.place] += part.rows
            self._schemas[part.place].append(part.schema)
        return sum(part.rows for part in parts)

    def path(self, place: int) -> Path:
        return self.folder / f"{place:06d}.rows"

    def take(self, place: int) -> list[pa.RecordBatch]:
        """The parts of a file, in the order they were added; the file is removed."""
        with pa.memory_map(str(self.path(place))) as file:
            batches = [
                pa.ipc.read_record_batch(pa.ipc.read_message(file), schema) for schema in self._schemas[place]
            ]
        self.path(place).unlink()
        return batches
