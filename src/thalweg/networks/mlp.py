"""The plain network of tables: everything side by side, then layers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks import activations
from thalweg.networks.categories import Categories
from thalweg.networks.inputs import require_inputs
from thalweg.networks.network import Network

Layers = tuple[Annotated[int, Field(ge=1)], ...]


class MLP(Network):
    """A multilayer perceptron over numbers and embedded categories, concatenated.

    Fast, and a fair start for any table. For the best quality on a table, see the ensemble kinds.
    """

    kind = "mlp"

    layers: Layers = (256, 256)
    """The width of each hidden layer; an empty list makes a linear model."""
    activation: activations.Activation = "relu"
    """The function after each hidden layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of hidden values set to zero in training."""
    norm: Literal["none", "batch", "layer"] = "none"
    """Normalisation before each activation: over the batch, or over the values of a row."""
    embedding: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """The width of a category's vector; `auto`: min(50, 1.6 × cardinality^0.56)."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A list of widths stands for `layers`: `mlp: [256, 256]`."""
        return {"layers": value} if isinstance(value, list | tuple) else value

    def build(self, layout: Layout, width: int) -> nn.Module:
        require_inputs(self, layout)
        return Perceptron(self, layout, width)


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
