"""Signs that the test rows are easier than tomorrow's: rows seen in training, inputs that know the answer."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np

from thalweg.evaluation.judged import Blocks, Judged

ODD = np.uint64(0x9E3779B97F4A7C15)


def duplicates(judged: Judged) -> dict[str, Any]:
    """Test rows whose inputs are all the same as those of some training row.

    Counted against the training rows that were handed over, by 64-bit digests: with a million rows on each
    side a false match is less likely than one in ten million.
    """
    seen, mine = digests(judged.training.blocks), digests(judged.test.blocks)
    found = np.isin(mine, seen)
    rows = len(mine)
    return {
        "rows": rows,
        "training_rows": len(seen),
        "training_total": judged.training.total,
        "duplicates": int(found.sum()),
        "share": float(found.mean()) if rows else 0.0,
        "within_test": rows - len(np.unique(mine)),
    }


def digests(blocks: Blocks) -> np.ndarray:
    """A uint64 for each row (n,), equal where all inputs are equal to the bit."""
    numbers = np.ascontiguousarray(blocks.numbers + np.float32(0)).view(np.uint32)  # -0.0 becomes 0.0
    state = np.zeros(blocks.rows, dtype=np.uint64)
    for block in (numbers, np.ascontiguousarray(blocks.categories).view(np.uint32)):
        for slot in range(block.shape[1]):
            state = _mixed(state + ODD + block[:, slot].astype(np.uint64))
    for values in blocks.tensors.values():
        state = _mixed(state + ODD + _whole(values))
    return state


def _whole(values: np.ndarray) -> np.ndarray:
    """A uint64 for each row (n,) of tensors (n, …), from their bytes."""
    rows = np.ascontiguousarray(values).reshape(len(values), -1).view(np.uint8)
    found = (blake2b(row.tobytes(), digest_size=8).digest() for row in rows)
    return np.frombuffer(b"".join(found), np.uint64)


def _mixed(state: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64 (Steele et al., 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
