"""Rows thrown into many files at once, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

BUFFERED = 96 * 2**20  # bytes held back, so that each file is written in long runs


class Scatter:
    """Appends structured rows to numbered files in a folder."""

    def __init__(self, folder: Path, count: int, buffered: int = BUFFERED):
        self.folder = folder
        self.rows = [0] * count
        self.buffered = buffered
        self._held: list[list[np.ndarray]] = [[] for _ in range(count)]
        self._bytes = 0

    def add(self, records: np.ndarray, starts: Sequence[int]) -> None:
        """Add rows sorted by file: those of file i are `records[starts[i]:starts[i + 1]]`."""
        for place, (start, end) in enumerate(pairwise(starts)):
            if end > start:
                self._held[place].append(records[start:end])
                self.rows[place] += end - start
        self._bytes += records.nbytes
        if self._bytes > self.buffered:
            self.flush()

    def flush(self) -> None:
        """Write what is held back."""
        for place, held in enumerate(self._held):
            if held:
                with self.path(place).open("ab") as file:
                    file.writelines(part.view(np.uint8).data for part in held)
        self._held = [[] for _ in self._held]
        self._bytes = 0

    def path(self, place: int) -> Path:
        return self.folder / f"{place:06d}.rows"

    def take(self, place: int, dtype: np.dtype) -> np.ndarray:
        """The rows of a file, in the order they were added; the file is removed."""
        records = np.fromfile(self.path(place), dtype)
        self.path(place).unlink()
        return records
