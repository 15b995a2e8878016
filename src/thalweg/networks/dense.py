"""Layers over a vector that comes with a row, such as an embedding made elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field
from torch import Tensor, nn

from thalweg.features.feature import Block, Slot
from thalweg.networks import activations
from thalweg.networks.body import Body, Layers, Reader


class Dense(Body):
    """Linear layers with a function after each. `{dense: [256, 128]}` sets their widths."""

    kind = "dense"
    reads: ClassVar[tuple[Block, ...]] = ("vector",)
    usual_for: ClassVar[tuple[Block, ...]] = ("vector",)

    widths: Annotated[Layers, Field(min_length=1)] = (128,)
    """Of each layer."""
    activation: activations.Activation = "relu"
    """The function after each layer."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"widths": value} if isinstance(value, list | tuple) else value

    def reader(self, slot: Slot) -> Reader:
        return _Dense(self, slot.shape[0])


class _Dense(Reader):
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
