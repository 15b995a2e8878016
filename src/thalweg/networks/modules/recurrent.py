"""Cells that read steps one after another, and what their states come to."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from thalweg.features.feature import Slot
from thalweg.networks.modules.reader import Reader
from thalweg.networks.modules.sequences import Steps, pooled
from thalweg.networks.pooling import Pool
from thalweg.networks.recurrent import Cell, Recurrent

CELLS: dict[Cell, type[nn.RNN | nn.LSTM | nn.GRU]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Cells(Reader):
    """Tokens (B, L) or series (B, T, F) → (B, width); `states` gives (B, T, width)."""

    def __init__(self, settings: Recurrent, slot: Slot):
        super().__init__()
        self.steps = Steps(slot, settings.embedding)
        self.pool: Pool | Literal["last"] = settings.pool
        self.both_ways = settings.both_ways
        self.cells = CELLS[settings.cell](
            self.steps.width,
            settings.width,
            settings.depth,
            batch_first=True,
            bidirectional=settings.both_ways,
            dropout=settings.dropout if settings.depth > 1 else 0.0,
        )
        self.width = settings.width * (2 if settings.both_ways else 1)
        self.score = nn.Linear(self.width, 1) if settings.pool == "attention" else None

    def forward(self, x: Tensor) -> Tensor:
        states, there = self.states(x)
        if self.pool == "last":
            return self._last(states, there)
        scores = self.score(torch.tanh(states)).squeeze(-1) if self.score is not None else None
        return pooled(states, there, self.pool, scores)

    def states(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The state after each step (B, T, width), and which steps there are (B, T)."""
        steps, there = self.steps(x)
        lengths = there.sum(
            1
        ).cpu()  # what comes after the last step must not be read, above all not backwards
        packed = nn.utils.rnn.pack_padded_sequence(steps, lengths, batch_first=True, enforce_sorted=False)
        read, _ = self.cells(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(read, batch_first=True, total_length=x.shape[1])
        return states, there

    def _last(self, states: Tensor, there: Tensor) -> Tensor:
        """The last state forwards, and the last backwards, which is that of the first step."""
        ends = states[torch.arange(len(states), device=states.device), there.sum(1) - 1]
        if not self.both_ways:
            return ends
        half = self.width // 2
        return torch.cat([ends[:, :half], states[:, 0, half:]], 1)
