"""The order of rows in an epoch: a pure function of the seed, the epoch and the index of the dataset.

Shards are permuted and grouped into windows that fit in memory; the rows of each window are permuted. Rows were
thrown into shards at random, so that a window is a random sample, and so is every batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thalweg.dataset.shards import Shard

SHARDS = 2**32 - 1  # in place of a window's number, where the shards themselves are permuted


@dataclass(frozen=True)
class Window:
    """Shards that are in memory together; their rows are those from `start` to `end` of the epoch."""

    number: int
    start: int
    shards: tuple[Shard, ...]

    @property
    def rows(self) -> int:
        return sum(shard.rows for shard in self.shards)

    @property
    def end(self) -> int:
        return self.start + self.rows


def windows(shards: Sequence[Shard], most: int) -> list[Window]:
    """Shards grouped in the order given into windows of at most `most` rows, or of one shard."""
    found: list[Window] = []
    held: list[Shard] = []
    start = 0
    for shard in shards:
        if held and sum(each.rows for each in held) + shard.rows > most:
            found.append(Window(len(found), start, tuple(held)))
            start, held = found[-1].end, []
        held.append(shard)
    return [*found, Window(len(found), start, tuple(held))] if held else found


def shuffled(shards: Sequence[Shard], seed: int, epoch: int) -> list[Shard]:
    """The shards in the order of an epoch."""
    return [shards[place] for place in permutation(len(shards), seed, epoch, SHARDS)]


def permutation(count: int, seed: int, epoch: int, number: int) -> np.ndarray:
    """A permutation (count,) int64.

    Drawn by the Mersenne Twister of `RandomState`, whose stream numpy promises never to change.
    """
    words = [seed % 2**32, seed >> 32, epoch, number]
    return np.random.RandomState(words).permutation(count)
