"""Rows of shards copied into memory, after a look whether the shards are what was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from thalweg.dataset.shards import TARGET, Index, Shard, SplitName, check_shard, open_shard, read_index
from thalweg.dataset.values import Decoder
from thalweg.engines.table import ROW
from thalweg.features.encoders import empty_blocks


def read_all(folder: Path, split: SplitName, limit: int | None = None) -> dict[str, np.ndarray]:
    """The rows of a split, or `limit` of them, which are then a random sample.

    Gives `numbers` (n, N) float32, `categories` (n, C) int32, `<block>:<name>` (n, *shape) for other slots,
    `target:<name>` (n,) or (n, …) and `row` (n,) int64, the position of the row in its source. Raises StorageError
    where a shard is damaged.
    """
    index = read_index(folder)
    rows = index.rows(split) if limit is None else min(limit, index.rows(split))
    needed: list[Shard] = []
    for shard in index.splits[split]:
        if sum(each.rows for each in needed) < rows:
            needed.append(shard)
            check_shard(folder, shard)
    return copy_rows(folder, index, Decoder(folder, index), needed, rows)


def copy_rows(
    folder: Path, index: Index, decoder: Decoder, shards: Sequence[Shard], rows: int
) -> dict[str, np.ndarray]:
    """The first `rows` rows of some shards, one after the other. Their files are mapped one at a time."""
    filled = empty_rows(index, rows)
    start = 0
    for shard in shards:
        end = min(start + shard.rows, rows)
        held = {name: values[: end - start] for name, values in open_shard(folder, shard).items()}
        part = {name: values[start:end] for name, values in filled.items()}
        decoder.decode(held, part)
        part["row"][:] = held[ROW]
        for name in index.targets:
            into = part[f"{TARGET}{name}"]
            into[:] = held[f"{TARGET}{name}"].reshape(into.shape)
        start = end
    return filled


def empty_rows(index: Index, rows: int) -> dict[str, np.ndarray]:
    """Arrays for rows of a dataset, not filled; a packed block without slots has width 0."""
    targets = {f"{TARGET}{name}": kind.empty(rows) for name, kind in index.targets.items()}
    return {**empty_blocks(index.layout.slots, rows), **targets, "row": np.empty(rows, np.int64)}
