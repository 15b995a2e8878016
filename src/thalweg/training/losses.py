"""The losses of steps: read from the device now and then, none lost, a bad one found."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from thalweg.core.errors import TrainingError

MOST = 256  # losses that may wait on the device
NAMED = 10  # rows of a batch with a bad loss that are told


class Losses:
    """The sum of an epoch's losses, in the order of steps, so that it does not depend on when it was read."""

    def __init__(self, total: float = 0.0, count: int = 0):
        self.total, self.count = total, count
        self.last = math.nan
        self.waiting: list[tuple[Tensor, Tensor | None, int]] = []
        """Each loss, the first rows of its batch, and how many it has."""

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan

    def add(self, loss: Tensor, rows: Tensor | None = None) -> None:
        """Take in the loss of one step, a scalar still on its device, and the positions (B,) of its rows."""
        first = None if rows is None else rows[:NAMED].clone()
        self.waiting.append((loss, first, 0 if rows is None else len(rows)))

    def read(self, step: int, epoch: int, rate: float) -> None:
        """Bring the losses of the last steps, up to `step`, from the device.

        Raises TrainingError at the first that is not finite.
        """
        values = torch.stack([loss for loss, _, _ in self.waiting]).tolist() if self.waiting else []
        for place, value in enumerate(values):
            if not math.isfinite(value):
                where = f"step {step - len(values) + 1 + place} (epoch {epoch}, learning rate {rate:g})"
                raise _diverged(value, where, *self.waiting[place][1:])
            self.total += value
        self.count += len(values)
        self.last = values[-1] if values else self.last
        self.waiting = []


def _diverged(value: float, where: str, rows: Tensor | None, count: int) -> TrainingError:
    named = "" if rows is None else f", on {count:,} rows of the main source: {_listed(rows.tolist(), count)}"
    return TrainingError(
        f"expected a finite loss, found {value} at {where}{named}",
        hint="lower `learning_rate`, set or lower `clip` (such as 1.0), or write `precision: fp32`; "
        "if it is the first step, look for infinite values among the inputs with: thalweg profile DATA",
    )


def _listed(rows: list[int], count: int) -> str:
    """Their positions, counted from 0."""
    return ", ".join(map(str, rows)) + (" …" if count > len(rows) else "")
