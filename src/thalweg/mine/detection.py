"""What a method that looks for unusual rows has to say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

SHUFFLES = 19


@dataclass(frozen=True)
class Detection:
    """Scores of rows (N,), the higher the more unusual, and the greatest score that a row of shuffled columns got.

    `shares` tells by row the part of each column in its score (columns,); `keep` gives what scores other rows.
    """

    scores: np.ndarray
    threshold: float
    shares: Callable[[int], np.ndarray]
    keep: Callable[[], Any]
