"""Dilated causal convolutions over the steps of a series."""

from __future__ import annotations

from math import ceil, log2

from torch import Tensor, nn
from torch.nn import functional

from thalweg.features.feature import Slot
from thalweg.networks.modules.reader import Reader
from thalweg.networks.temporal import Temporal


class Levels(Reader):
    """Series (B, T, F) → (B, width): the state at the latest step."""

    def __init__(self, settings: Temporal, slot: Slot):
        super().__init__()
        steps, inputs = slot.shape
        levels = _levels(steps, settings.kernel) if settings.levels == "auto" else settings.levels
        self.width = settings.channels
        widths = [inputs] + [settings.channels] * levels
        self.levels = nn.ModuleList(
            _Level(widths[n], settings.channels, settings.kernel, 2**n, settings.dropout)
            for n in range(levels)
        )

    def forward(self, x: Tensor) -> Tensor:
        there = x[..., -1:] > 0
        known = there.transpose(1, 2)  # (B, 1, T)
        state = (x * there).transpose(1, 2)  # (B, F, T)
        for level in self.levels:
            state = level(state, known)
        return state[..., -1]


class _Level(nn.Module):
    """(B, C, T) → (B, channels, T); what lies before the first step stays 0, as it is where no room is."""

    def __init__(self, inputs: int, channels: int, kernel: int, dilation: int, dropout: float):
        super().__init__()
        self.back = (kernel - 1) * dilation
        self.first = nn.Conv1d(inputs, channels, kernel, dilation=dilation)
        self.second = nn.Conv1d(channels, channels, kernel, dilation=dilation)
        self.aside = nn.Conv1d(inputs, channels, 1) if inputs != channels else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, known: Tensor) -> Tensor:
        state = self.dropout(self._seen(self.first, x).relu()) * known
        state = self.dropout(self._seen(self.second, state).relu())
        passed = x if self.aside is None else self.aside(x)
        return (state + passed).relu() * known

    def _seen(self, convolution: nn.Module, x: Tensor) -> Tensor:
        """A convolution of each step and those before it."""
        return convolution(functional.pad(x, (self.back, 0)))


def _levels(steps: int, kernel: int) -> int:
    """Levels whose convolutions, two of each, reach back over all steps: 1 + 2 (kernel − 1) (2ⁿ − 1)."""
    return max(1, ceil(log2((steps - 1) / (2 * (kernel - 1)) + 1)))
