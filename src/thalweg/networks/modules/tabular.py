"""Perceptrons over the embedded columns of a table, side by side."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks.modules import activations
from thalweg.networks.modules.fields import Fields
from thalweg.networks.modules.members import Members
from thalweg.networks.tabular import Tabular

TABM_NAMES: dict[str, Literal["tabm", "tabm-mini"]] = {"most": "tabm", "mini": "tabm-mini"}


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
