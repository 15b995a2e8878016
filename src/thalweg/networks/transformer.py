"""Steps that look at one another: the encoder of a Transformer over texts and series."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from thalweg.core.errors import ComponentError
from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body, Reader
from thalweg.networks.sequences import Pool, Steps, pooled

SMALL = 0.02  # the deviation of tokens and positions at first (Radford et al., 2018)
LONGEST_WAVE = 10_000.0


class Transformer(Body):
    """Layers of self-attention over the tokens of a text or the steps of a series (Vaswani et al., 2017).

    Each layer is normalised first, which trains without a warm-up (Xiong et al., 2020). `{transformer: 4}` sets the
    depth. Its time grows with the square of the length: cut texts with `length`.
    """

    kind = "transformer"
    reads: ClassVar[tuple[Block, ...]] = ("tokens", "series")

    width: Annotated[int, Field(ge=1)] = 128
    """Of the vector of a step; a multiple of `heads`."""
    depth: Annotated[int, Field(ge=1)] = 2
    """Layers."""
    heads: Annotated[int, Field(ge=1)] = 4
    """Of attention, in each layer."""
    hidden: Annotated[int, Field(ge=1)] | None = None
    """The width inside a layer's perceptron; four times `width` where nothing is said."""
    positions: Literal["learnt", "sinusoidal"] = "learnt"
    """How a step knows its place: a vector learnt for each, or sines of fixed waves."""
    pool: Pool = "mean"
    """How steps become one vector: their mean, their greatest values, or their mean weighted by learnt attention."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of values set to zero in training: in each layer, and before the hidden layers and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"depth": value} if isinstance(value, int) else value

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.width % self.heads:
            raise ComponentError(
                f"expected a width that its {self.heads} heads can share, received {self.width}; "
                f"{math.ceil(self.width / self.heads) * self.heads} is the next that they can"
            )
        return self

    def reader(self, slot: Slot) -> Reader:
        return _Encoder(self, slot)


class _Encoder(Reader):
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
