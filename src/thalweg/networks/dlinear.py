"""Lines through the trend of a series and through the rest of it: simple, and hard to beat in forecasting."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body, Reader


class DLinear(Body):
    """A weight for each step of a series' moving average, and one for each step of what that leaves.

    (Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023.) Without `layers`, outputs are linear
    in the steps, as in the paper; unlike there, each has weights for all channels, and at the ends the average is of
    the steps that there are. `{dlinear: 25}` sets the window.
    """

    kind = "dlinear"
    reads: ClassVar[tuple[Block, ...]] = ("series",)

    window: Annotated[int, Field(ge=1)] = 25
    """Steps about each that the moving average is taken over."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"window": value} if isinstance(value, int) else value

    def reader(self, slot: Slot) -> Reader:
        return _Parts(slot, self.window)


class _Parts(Reader):
    """Series (B, T, C + 1) → (B, T (2 C + 1)): trend, rest, and which steps there are. Nothing is learnt."""

    def __init__(self, slot: Slot, window: int):
        super().__init__()
        steps, channels = slot.shape
        self.room = (window // 2, (window - 1) // 2)
        self.width = steps * (2 * channels - 1)

    def forward(self, x: Tensor) -> Tensor:
        there = x[..., -1:]
        steps = x[..., :-1] * there
        trend = self._sums(steps) / self._sums(there).clamp(min=1) * there
        return torch.cat([trend, steps - trend, there], 2).flatten(1)

    def _sums(self, x: Tensor) -> Tensor:
        """Sums over the window about each step (B, T, F)."""
        wide = functional.pad(x, (0, 0, *self.room))
        return wide.unfold(1, sum(self.room) + 1, 1).sum(-1)
