"""Where training stands, as JSON values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class State:
    """Everything that goes on from step to step but tensors. Epochs are counted from 0, in `history` from 1."""

    epoch: int = 0
    """Epochs whose validation is done."""
    batch: int = 0
    """Batches taken of the epoch that is going on."""
    step: int = 0
    """Updates of the weights."""
    rows: int = 0
    """Rows learnt from, each as often as it was seen."""
    loss_total: float = 0.0
    loss_count: int = 0
    training_seconds: float = 0.0
    """Time spent in steps, over all the runs that it took."""
    seconds: float = 0.0
    """Time spent in all, validation included."""
    history: list[dict[str, Any]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    """What validation said after each epoch; higher is better."""
    stopped: str | None = None
    """Why training ended, in words; None while it goes on."""
    timed_out: bool = False

    @property
    def best(self) -> int | None:
        """The epoch, counted from 0, whose validation was best; the first of equals."""
        return self.scores.index(max(self.scores)) if self.scores else None

    @property
    def waited(self) -> int:
        """Epochs since the best one."""
        return 0 if self.best is None else len(self.scores) - 1 - self.best

    def written(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)
