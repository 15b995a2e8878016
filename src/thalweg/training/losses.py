"""The losses of steps: read from the device now and then, none lost, a bad one found."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from thalweg.core.errors import TrainingError

MOST = 256  # losses that may wait on the device


class Losses:
    """The sum of an epoch's losses, in the order of steps, so that it does not depend on when it was read."""

    def __init__(self, total: float = 0.0, count: int = 0):
        self.total, self.count = total, count
        self.last = math.nan
        self.waiting: list[Tensor] = []

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan

    def add(self, loss: Tensor) -> None:
        """Take in the loss of one step, a scalar still on its device."""
        self.waiting.append(loss)

    def read(self, step: int, epoch: int, rate: float) -> None:
        """Bring the losses of the last steps, up to `step`, from the device.

        Raises TrainingError at the first that is not finite.
        """
        values = torch.stack(self.waiting).tolist() if self.waiting else []
        for number, value in enumerate(values, start=step - len(values) + 1):
            if not math.isfinite(value):
                raise _diverged(value, number, epoch, rate)
            self.total += value
        self.count += len(values)
        self.last = values[-1] if values else self.last
        self.waiting = []


def _diverged(value: float, step: int, epoch: int, rate: float) -> TrainingError:
    return TrainingError(
        f"expected a finite loss, found {value} at step {step} (epoch {epoch}, learning rate {rate:g})",
        hint="lower `learning_rate`, set or lower `clip` (such as 1.0), or write `precision: fp32`; "
        "if it is the first step, look for infinite values among the inputs with: thalweg profile DATA",
    )
