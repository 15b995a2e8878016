"""A perceptron over numbers and embedded categories side by side."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks.mlp import MLP
from thalweg.networks.modules import activations
from thalweg.networks.modules.categories import Categories


class Perceptron(nn.Module):
    """Numbers (B, N) and categories (B, C) → logits (B, 1, K)."""

    def __init__(self, settings: MLP, layout: Layout, width: int):
        super().__init__()
        numbers, categories = layout.of("numbers"), layout.of("categories")
        self.numbers = len(numbers)
        self.categories = Categories(categories, settings.embedding) if categories else None
        inputs = self.numbers + (sum(self.categories.widths) if self.categories else 0)
        self.layers = nn.Sequential(*_layers(settings, inputs, width))

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        parts = [batch["numbers"]] if self.numbers else []
        if self.categories is not None:
            parts.append(self.categories(batch["categories"]))
        x = parts[0] if len(parts) == 1 else torch.cat(parts, 1)
        return self.layers(x).unsqueeze(1)


def _layers(settings: MLP, inputs: int, width: int) -> list[nn.Module]:
    made: list[nn.Module] = []
    for hidden in settings.layers:
        made.append(nn.Linear(inputs, hidden))
        if settings.norm == "batch":
            made.append(nn.BatchNorm1d(hidden))
        elif settings.norm == "layer":
            made.append(nn.LayerNorm(hidden))
        made.append(activations.module(settings.activation))
        if settings.dropout:
            made.append(nn.Dropout(settings.dropout))
        inputs = hidden
    return [*made, nn.Linear(inputs, width)]
