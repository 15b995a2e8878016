"""Linear layers over a vector."""

from __future__ import annotations

from torch import Tensor, nn

from thalweg.networks.dense import Dense
from thalweg.networks.modules import activations
from thalweg.networks.modules.reader import Reader


class Linears(Reader):
    """Vectors (B, inputs) → (B, width)."""

    def __init__(self, settings: Dense, inputs: int):
        super().__init__()
        made: list[nn.Module] = []
        for width in settings.widths:
            made += [nn.Linear(inputs, width), activations.module(settings.activation)]
            inputs = width
        self.layers, self.width = nn.Sequential(*made), inputs

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)
