"""The strongest network of tables: an ensemble that shares most of its weights."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field
from tabm import LinearEnsemble, TabMArchitectureType, make_tabm_backbone
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks import activations
from thalweg.networks.categories import Categories, OneHot
from thalweg.networks.inputs import require_inputs
from thalweg.networks.network import Network
from thalweg.networks.numbers import Numbers

TABM_NAMES: dict[str, TabMArchitectureType] = {"full": "tabm", "mini": "tabm-mini", "none": "tabm-packed"}


class Tabular(Network):
    """TabM (Gorishniy et al., ICLR 2025): many perceptrons in one, trained side by side and averaged.

    Numbers are embedded by piecewise-linear functions, categories by learnt vectors; the members share the
    large matrices and differ by cheap scalings.
    """

    kind = "tabular"

    members: Annotated[int, Field(ge=1)] = 16
    """Perceptrons in the ensemble."""
    blocks: Annotated[int, Field(ge=1)] = 2
    """Hidden layers."""
    width: Annotated[int, Field(ge=1)] = 256
    """Values in a hidden layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of hidden values set to zero in training."""
    activation: activations.Activation = "relu"
    """The function after each hidden layer."""
    embedding: Annotated[int, Field(ge=1)] = 16
    """The width of an embedded number."""
    categories: Annotated[int, Field(ge=1)] | Literal["auto", "one_hot"] = 16
    """The width of a category's learnt vector; `auto`: min(50, 1.6 × cardinality^0.56); `one_hot`: an
    indicator for each value."""
    sharing: Literal["full", "mini", "none"] = "mini"
    """How members differ: scalings in every layer (TabM), one before the first (TabM-mini), everything."""

    def build(self, layout: Layout, width: int) -> nn.Module:
        require_inputs(layout)
        return Ensemble(self, layout, width)


class Ensemble(nn.Module):
    """Numbers (B, N) and categories (B, C) → logits (B, M, K)."""

    def __init__(self, settings: Tabular, layout: Layout, width: int):
        super().__init__()
        numbers, categories = layout.of("numbers"), layout.of("categories")
        self.numbers = Numbers(numbers, settings.embedding) if numbers else None
        self.categories = _categories(settings, layout) if categories else None
        widths = [w for part in (self.numbers, self.categories) if part is not None for w in part.widths]
        self.members = settings.members
        self.backbone = _backbone(settings, widths)
        self.output = LinearEnsemble(settings.width, width, k=settings.members)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        parts = []
        if self.numbers is not None:
            parts.append(self.numbers(batch["numbers"]))
        if self.categories is not None:
            parts.append(self.categories(batch["categories"]))
        x = parts[0] if len(parts) == 1 else torch.cat(parts, 1)
        return self.output(self.backbone(x.unsqueeze(1).expand(-1, self.members, -1)))


def _categories(settings: Tabular, layout: Layout) -> Categories | OneHot:
    slots = layout.of("categories")
    return OneHot(slots) if settings.categories == "one_hot" else Categories(slots, settings.categories)


def _backbone(settings: Tabular, widths: list[int]) -> nn.Module:
    """The members' hidden layers; values of one column share the random scaling they start with."""
    shared = settings.sharing != "none"
    return make_tabm_backbone(
        d_in=sum(widths),
        n_blocks=settings.blocks,
        d_block=settings.width,
        dropout=settings.dropout,
        activation=activations.name_in_torch(settings.activation),
        k=settings.members,
        arch_type=TABM_NAMES[settings.sharing],
        start_scaling_init="normal" if shared else None,
        start_scaling_init_chunks=widths if shared else None,
    )
