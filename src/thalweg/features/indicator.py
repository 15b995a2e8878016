"""Beside a number that may be missing, a slot that says so: 1 where it is missing, else 0."""

from __future__ import annotations

import numpy as np

from thalweg.features.feature import Slot


def indicator_slot(column: str) -> Slot:
    """The slot `column:missing`."""
    return Slot(name=f"{column}:missing", block="numbers", bins=(0.0, 1.0))


def missing_mark(missing: np.ndarray, seen: bool) -> dict[str, np.ndarray]:
    """The mark of missing values, `missing_unseen` where training had none."""
    return {"missing" if seen else "missing_unseen": missing} if missing.any() else {}
