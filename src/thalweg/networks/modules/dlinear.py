"""A series as its moving average and what that leaves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from thalweg.features.feature import Slot
from thalweg.networks.modules.reader import Reader


class Parts(Reader):
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
