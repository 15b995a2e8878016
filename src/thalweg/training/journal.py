"""Event files for TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from thalweg.core.errors import MissingExtra


class Journal(Protocol):
    """Where the course of training is written for others to draw."""

    def loss(self, step: int, value: float, rate: float) -> None:
        """The loss and the learning rate of one step."""
        ...

    def epoch(self, step: int, facts: dict[str, Any]) -> None:
        """What is known after an epoch."""
        ...

    def close(self) -> None: ...


class NoJournal:
    """Writes nothing."""

    def loss(self, step: int, value: float, rate: float) -> None:
        return None

    def epoch(self, step: int, facts: dict[str, Any]) -> None:
        return None

    def close(self) -> None:
        return None


class TensorBoard:
    """Scalars under `training/` by step and under `validation/` by epoch."""

    def __init__(self, folder: Path, step: int):
        try:
            from torch.utils.tensorboard.writer import SummaryWriter
        except ImportError as error:
            raise MissingExtra("tensorboard", "tensorboard") from error
        # what an interrupted run wrote after the checkpoint is written again: `purge_step` hides the first copy
        self.writer = SummaryWriter(folder, purge_step=step + 1 if step else None)

    def loss(self, step: int, value: float, rate: float) -> None:
        self.writer.add_scalar("training/loss", value, step)
        self.writer.add_scalar("training/learning_rate", rate, step)

    def epoch(self, step: int, facts: dict[str, Any]) -> None:
        for name, value in facts.items():
            if isinstance(value, float):
                self.writer.add_scalar(f"validation/{name.removeprefix('validation_')}", value, step)
        self.writer.flush()

    def close(self) -> None:
        self.writer.close()
