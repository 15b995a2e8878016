"""A model that stands beside the network: same rows, same inputs, same question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Rival:
    """What a rival predicts, (n, K) as the network's target would, and facts of its training."""

    validation: np.ndarray
    test: np.ndarray
    facts: dict[str, Any] = field(default_factory=dict)
