"""What is in a text file, in one fast pass: how many lines, which line ends, whether there are quotes at all.

The engine's reader can lose rows without a word (a stray quote, mixed line ends). Lines counted here, apart from
it, are what its rows are held against.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

BLOCK = 2**20
LF, CR = 10, 13
Ends = Literal["\n", "\r\n", "mixed"]


@dataclass(frozen=True)
class Survey:
    """Lines of a file, the last one too where no line end follows it; how they end; whether `quote` occurs."""

    lines: int
    ends: Ends
    quotes: bool


def survey(path: Path, quote: str) -> Survey:
    """Survey a plain text file. Two gigabytes take about a second."""
    mark = quote.encode()
    line_feeds = returns = pairs = 0
    quotes = False
    last = b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            line_feeds += int(np.count_nonzero(np.frombuffer(block, np.uint8) == LF))
            quotes = quotes or (bool(mark) and mark in block)
            if b"\r" in block or last == b"\r":
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n") + (last == b"\r" and block[0] == LF)
            last = block[-1:]
    lines = line_feeds + (last not in (b"", b"\n"))
    if not returns:
        return Survey(lines, "\n", quotes)
    return Survey(lines, "\r\n" if returns == pairs == line_feeds else "mixed", quotes)


def blank_lines(path: Path) -> int:
    """How many lines of a plain text file hold nothing at all."""
    blank = 0
    with path.open("rb") as file:
        blank = sum(line in (b"\n", b"\r\n") for line in file)
    return blank
