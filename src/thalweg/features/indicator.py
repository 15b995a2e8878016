"""Beside a number that may be missing, a slot that says so: 1 where it is missing, else 0."""

from __future__ import annotations

import numpy as np

from thalweg.features.feature import Slot


def indicator_slot(column: str) -> Slot:
    """The slot `column:missing`."""
    return Slot(name=f"{column}:missing", block="numbers", bins=(0.0, 1.0))


def missing_counts(missing: np.ndarray, seen: bool) -> dict[str, int]:
    """How many values are missing, under `missing_unseen` where training had no missing value."""
    rows = int(np.count_nonzero(missing))
    return {"missing" if seen else "missing_unseen": rows} if rows else {}
