"""Layers over a vector that comes with a row, such as an embedding made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.activations import Activation
from thalweg.networks.body import Body, Layers

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class Dense(Body):
    """Linear layers with a function after each. `{dense: [256, 128]}` sets their widths."""

    kind = "dense"
    reads: ClassVar[tuple[Block, ...]] = ("vector",)
    usual_for: ClassVar[tuple[Block, ...]] = ("vector",)

    widths: Annotated[Layers, Field(min_length=1)] = (128,)
    """Of each layer."""
    activation: Activation = "relu"
    """The function after each layer."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"widths": value} if isinstance(value, list | tuple) else value

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.dense import Linears

        return Linears(self, slot.shape[0])
