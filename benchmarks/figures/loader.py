"""The loader alone: rows per second of shuffled batches from memory-mapped shards."""

from __future__ import annotations

import time
from statistics import median

from benchmarks.encoded import encoded
from benchmarks.one_csv import BATCH
from benchmarks.record import Figure, Result, Target
from thalweg.dataset.loader import Loader

EPOCHS = 15


def measure() -> Result:
    """Whole epochs of the training rows; the first, which finds the files in memory or not, is left out."""
    data = encoded()
    loader = Loader(data.folder, "training", BATCH, seed=0)
    speeds = [_epoch(loader, epoch) for epoch in range(EPOCHS + 1)][1:]
    slots = {block: len(data.index.layout.of(block)) for block in ("numbers", "categories")}
    target = Target("value", "at least", 3e6)
    return Result(
        "loader",
        [
            Figure(
                f"loader, batches of {BATCH:,}",
                median(speeds),
                "rows/s",
                target=target,
                runs={"loader": speeds},
            )
        ],
        [
            f"{data.index.rows('training'):,} rows of {slots['numbers']} numbers and {slots['categories']} categories"
        ],
    )


def _epoch(loader: Loader, epoch: int) -> float:
    loader.set_epoch(epoch)
    began = time.perf_counter()
    rows = sum(len(batch["categories"]) for batch in loader)
    return rows / (time.perf_counter() - began)
