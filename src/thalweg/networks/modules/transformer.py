"""The encoder of a Transformer over tokens and series."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from thalweg.features.feature import Slot
from thalweg.networks.modules.reader import Reader
from thalweg.networks.modules.sequences import Steps, pooled
from thalweg.networks.pooling import Pool
from thalweg.networks.transformer import Transformer

SMALL = 0.02  # the deviation of tokens and positions at first (Radford et al., 2018)
LONGEST_WAVE = 10_000.0


class Encoder(Reader):
    """Tokens (B, L) or series (B, T, F) → (B, width)."""

    def __init__(self, settings: Transformer, slot: Slot):
        super().__init__()
        self.width = settings.width
        self.pool: Pool = settings.pool
        self.steps = Steps(slot, settings.width)
        self.project = None if self.steps.table is not None else nn.Linear(self.steps.width, settings.width)
        if self.steps.table is not None:
            nn.init.normal_(self.steps.table.weight, std=SMALL)
        scale = SMALL if self.steps.table is not None else 1.0
        self.positions = _Positions(settings.positions, slot.shape[0], settings.width, scale)
        layer = nn.TransformerEncoderLayer(
            settings.width,
            settings.heads,
            settings.hidden or 4 * settings.width,
            dropout=settings.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.layers = nn.TransformerEncoder(
            layer, settings.depth, norm=nn.LayerNorm(settings.width), enable_nested_tensor=False
        )
        for parameter in self.layers.parameters():  # its layers are copies of one: each begins with its own
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
        self.score = nn.Linear(settings.width, 1, bias=False) if settings.pool == "attention" else None

    def forward(self, x: Tensor) -> Tensor:
        steps, there = self.steps(x)
        if self.project is not None:
            steps = self.project(steps)
        longest = int(there.sum(1).max())  # what no row of the batch has costs nothing
        steps, there = self.positions(steps[:, :longest]), there[:, :longest]
        states = self.layers(steps, src_key_padding_mask=~there)
        scores = self.score(states).squeeze(-1) if self.score is not None else None
        return pooled(states, there, self.pool, scores)


class _Positions(nn.Module):
    """Adds to steps (B, T, D) what tells their places, for T of `length` at most."""

    def __init__(self, form: Literal["learnt", "sinusoidal"], length: int, width: int, scale: float):
        super().__init__()
        if form == "learnt":
            self.table = nn.Parameter(torch.randn(length, width) * SMALL)
        else:
            self.register_buffer("table", waves(length, width) * scale, persistent=False)

    def forward(self, steps: Tensor) -> Tensor:
        return steps + self.table[: steps.shape[1]]


def waves(length: int, width: int) -> Tensor:
    """Sines and cosines (length, width) of places, of wavelengths from 2π to 20,000π."""
    pairs = torch.arange(0, width, 2)
    angles = torch.arange(length).unsqueeze(1) * LONGEST_WAVE ** (-pairs / width)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)[:, :width]
