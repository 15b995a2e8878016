"""The strongest network of tables: an ensemble trained as one."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks import activations
from thalweg.networks.fields import Fields
from thalweg.networks.inputs import require_inputs
from thalweg.networks.members import Members
from thalweg.networks.network import Network

TABM_NAMES: dict[str, Literal["tabm", "tabm-mini"]] = {"most": "tabm", "mini": "tabm-mini"}


class Tabular(Network):
    """Several perceptrons over embedded columns, trained side by side and averaged (TabM, ICLR 2025).

    Numbers are embedded by piecewise-linear functions, categories by learnt vectors; both fade unless many rows
    speak for them, which is what keeps columns of many values from being learnt by heart. Wants a learning rate of
    about 0.004 and a cosine schedule with a warm-up.
    """

    kind = "tabular"

    members: Annotated[int, Field(ge=1)] = 8
    """Perceptrons in the ensemble. Time and memory grow with them."""
    sharing: Literal["nothing", "most", "mini"] = "nothing"
    """What members share: nothing, embeddings included; all but scalings in every layer (TabM); or all but one
    scaling before the first layer (TabM-mini). Sharing is faster for many members, and a little worse."""
    blocks: Annotated[int, Field(ge=1)] = 2
    """Hidden layers."""
    width: Annotated[int, Field(ge=1)] = 256
    """Values in a hidden layer."""
    embedding: Annotated[int, Field(ge=1)] = 8
    """Values that stand for one column."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of hidden values set to zero in training."""
    activation: activations.Activation = "relu"
    """The function after each hidden layer."""
    embedding_decay: Annotated[float, Field(ge=0)] = 10.0
    """The decoupled weight decay of embeddings: the share taken off at each step, times the learning rate."""
    forget: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of training rows that lose what tells the time itself, such as days elapsed; 0.5 where the test
    rows come after the training rows."""
    unseen: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of categories taken as unseen in training, to prepare for values that are."""

    def build(self, layout: Layout, width: int) -> nn.Module:
        require_inputs(self, layout)
        return Ensemble(self, layout, width) if self.sharing == "nothing" else Shared(self, layout, width)


def _fields(settings: Tabular, layout: Layout, width: int) -> Fields:
    return Fields(
        layout, width, decay=settings.embedding_decay, forget=settings.forget, unseen=settings.unseen
    )


class Ensemble(nn.Module):
    """Numbers (B, N) and categories (B, C) → logits (B, M, K), each member with embeddings of its own."""

    def __init__(self, settings: Tabular, layout: Layout, width: int):
        super().__init__()
        members, inputs = settings.members, len(layout.slots) * settings.embedding
        self.members, self.embedding = members, settings.embedding
        self.fields = _fields(settings, layout, members * settings.embedding)
        widths = [inputs] + [settings.width] * settings.blocks
        self.layers = nn.ModuleList(Members(members, *pair) for pair in pairwise(widths))
        self.activation = activations.module(settings.activation)
        self.dropout = nn.Dropout(settings.dropout)
        self.output = Members(members, settings.width, width)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        fields = self.fields(batch).unflatten(2, (self.members, self.embedding))  # (B, N + C, M, D)
        x = fields.permute(2, 0, 1, 3).flatten(2)  # (M, B, (N + C) × D)
        for layer in self.layers:
            x = self.dropout(self.activation(layer(x)))
        with torch.autocast(x.device.type, enabled=False):
            return self.output(x.float()).transpose(0, 1)


class Shared(nn.Module):
    """Numbers (B, N) and categories (B, C) → logits (B, M, K), members that share embeddings and matrices."""

    def __init__(self, settings: Tabular, layout: Layout, width: int):
        from tabm import LinearEnsemble, make_tabm_backbone  # slow to import, and seldom asked for

        super().__init__()
        self.members = settings.members
        self.fields = _fields(settings, layout, settings.embedding)
        self.backbone = make_tabm_backbone(
            d_in=len(layout.slots) * settings.embedding,
            n_blocks=settings.blocks,
            d_block=settings.width,
            dropout=settings.dropout,
            activation=activations.name_in_torch(settings.activation),
            k=settings.members,
            arch_type=TABM_NAMES[settings.sharing],
            start_scaling_init="normal",
            start_scaling_init_chunks=[settings.embedding] * len(layout.slots),
        )
        self.output = LinearEnsemble(settings.width, width, k=settings.members)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        x = self.fields(batch).flatten(1).unsqueeze(1).expand(-1, self.members, -1)
        x = self.backbone(x)
        with torch.autocast(x.device.type, enabled=False):
            return self.output(x.float())
