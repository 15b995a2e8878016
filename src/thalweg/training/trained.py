"""What is known of a training that has ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Trained:
    """How training went. The model itself holds the weights of the best epoch."""

    history: list[dict[str, Any]]
    """For each epoch: `epoch` (from 1), `loss`, `learning_rate`, `seconds` and `rows_per_second` so far, and, of
    the validation rows, `validation_loss` and metrics by name (`output.metric` where there are several outputs)."""
    best_epoch: int | None
    """The epoch, from 1, whose weights were kept; None where there were no validation rows to choose by."""
    stopped: str
    """Why it ended, in words."""
    repeatable: bool
    """Whether the same run gives the same bits: not where a time limit ended it."""
    parameters: int
    steps: int
    rows: int
    """Rows learnt from, each as often as it was seen."""
    seconds: float
    """All the time it took, over every run that was needed."""
    rows_per_second: float
    """Rows learnt from per second spent in steps; validation is left out."""
    device: str
    precision: str

    def written(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)
