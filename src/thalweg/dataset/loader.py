"""Batches of tensors from shards: shuffled, resumable at any batch, the same for any number of workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.dataset.order import Window, permutation, shuffled, windows
from thalweg.dataset.read import copy_rows, empty_rows
from thalweg.dataset.shards import Shard, SplitName, check_shard, read_index
from thalweg.dataset.stream import Loaded, Stream
from thalweg.dataset.tensors import tensors
from thalweg.dataset.values import Decoder

if TYPE_CHECKING:
    from torch import Tensor

WINDOW_BYTES = 64 * 2**20  # rows in memory that are shuffled among each other; two windows are held at a time
WINDOW_ROWS = 2**20
BLOCK_ROWS = 2**16  # rows gathered at once and then cut into batches, so that a batch costs a few slices


class Loader:
    """The batches of one split of an encoded dataset.

    A batch holds what its `Layout` says, `target:<name>` (B,) or (B, …) and `row` (B,) int64, the position of each row
    in its source. Iterating gives the batches that are left of the epoch.

    `batch_size` counts the rows of a global batch; each of `world` workers gets the slice of its `rank` of
    every global batch, and slices of a batch differ by one row at most. Without `shuffle` rows come in the order
    in which they lie in the shards. Each shard's digest is checked before its first use; StorageError where it
    does not hold. Memory does not grow with the dataset.
    """

    def __init__(
        self,
        folder: Path,
        split: SplitName,
        batch_size: int,
        *,
        seed: int = 0,
        shuffle: bool = True,
        drop_last: bool = False,
        rank: int = 0,
        world: int = 1,
        window_rows: int | None = None,
    ):
        self.folder, self.batch_size, self.seed = folder, batch_size, seed
        self.split: SplitName = split
        self.shuffle, self.drop_last, self.rank, self.world = shuffle, drop_last, rank, world
        self.index = read_index(folder)
        self.decoder = Decoder(folder, self.index)
        self.rows = self.index.rows(split)
        self.window_rows = window_rows or min(WINDOW_ROWS, WINDOW_BYTES // self.index.row_bytes)
        self.epoch = 0
        self.given = 0
        self._trusted: set[str] = set()
        self._held: dict[str, dict[str, np.ndarray]] = {}
        """The rows of each shard, of a split that is no more than one window: it is read once."""

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self.rows // self.batch_size if self.drop_last else -(-self.rows // self.batch_size)

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch, counted from 0, at its first batch."""
        self.epoch, self.given = epoch, 0

    def state_dict(self) -> dict[str, Any]:
        """The place after the batch that was given last."""
        return {"epoch": self.epoch, "batch": self.given}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to a place."""
        self.epoch, self.given = state["epoch"], state["batch"]

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        with ThreadPoolExecutor(1) as ahead:
            stream = Stream(self._windows(), partial(self._load, self.epoch), ahead)
            while self.given < len(self):
                for batch in self._block(stream, self.given):
                    self.given += 1
                    yield batch

    def _windows(self) -> list[Window]:
        shards = self.index.splits[self.split]
        ordered = shuffled(shards, self.seed, self.epoch) if self.shuffle else list(shards)
        return windows(ordered, self.window_rows)

    def _block(self, stream: Stream, first: int) -> list[dict[str, Tensor]]:
        """Some batches from `first` on, gathered together."""
        most = min(BLOCK_ROWS, WINDOW_BYTES // self.index.row_bytes)  # rows such as images may be large
        last = min(first + max(1, most // self.batch_size), len(self))
        slices = [self._slice(number) for number in range(first, last)]
        sizes = [len(part) for part in slices]
        places = np.concatenate([np.arange(part.start, part.stop) for part in slices])
        rows = stream.take(places) if len(places) else empty_rows(self.index, 0)
        parts = {name: values.split(sizes) for name, values in tensors(rows).items()}
        return [{name: part[i] for name, part in parts.items()} for i in range(len(slices))]

    def _slice(self, number: int) -> range:
        """The rows of the epoch that this worker sees of a global batch."""
        start = number * self.batch_size
        rows = min(self.batch_size, self.rows - start)
        return range(start + rows * self.rank // self.world, start + rows * (self.rank + 1) // self.world)

    def _load(self, epoch: int, window: Window) -> Loaded:
        """Read a window, each of its shards checked before its first use."""
        for shard in window.shards:
            if shard.file not in self._trusted:
                check_shard(self.folder, shard)
                self._trusted.add(shard.file)
        order = permutation(window.rows, self.seed, epoch, window.number) if self.shuffle else None
        return Loaded(self._rows(window), order)

    def _rows(self, window: Window) -> dict[str, np.ndarray]:
        """The rows of a window as they lie on disk."""
        if window.rows < self.rows:
            return self._read(window.shards)
        for shard in window.shards:
            if shard.file not in self._held:
                self._held[shard.file] = self._read([shard])
        parts = [self._held[shard.file] for shard in window.shards]
        return parts[0] if len(parts) == 1 else {n: np.concatenate([p[n] for p in parts]) for n in parts[0]}

    def _read(self, shards: Sequence[Shard]) -> dict[str, np.ndarray]:
        return copy_rows(self.folder, self.index, self.decoder, shards, sum(shard.rows for shard in shards))
