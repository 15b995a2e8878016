"""A plain text file as it is read: where it came from, what is in it, what was taken out of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from thalweg.sources.lines.survey import Survey


@dataclass(frozen=True)
class Text:
    """A file of lines.

    `path` is what the engine reads. Where some lines were set aside, it is a copy without them: `shifts` says for the
    i-th of them how many lines of the copy stand before it, plus one; `aside` is a Parquet file of the rows they
    became, and `records` counts the records that are left, the header among them.
    """

    name: str
    path: Path
    survey: Survey
    shifts: Sequence[int] = ()
    aside: Path | None = None
    records: int | None = None

    def line(self, read: int) -> int:
        """The number in the file of a line of the copy; both count from 1."""
        return read + bisect_right(self.shifts, read)


class LineCounter:
    """Turns growing byte offsets in a file into line numbers, reading it once."""

    def __init__(self, path: Path):
        self.file = path.open("rb")
        self.offset, self.line = 0, 1

    def at(self, offset: int) -> int:
        """The number of the line that the byte at `offset` stands in. Offsets must not fall."""
        while self.offset < offset:
            block = self.file.read(min(2**20, offset - self.offset))
            if not block:
                break
            self.line += block.count(b"\n")
            self.offset += len(block)
        return self.line

    def close(self) -> None:
        self.file.close()
