"""A network that reads tensors of their own: each as a vector, beside the rest of the row."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.features.layout import Layout
from thalweg.networks.inputs import require_inputs
from thalweg.networks.network import Network

if TYPE_CHECKING:
    from torch import nn

    from thalweg.networks.modules.reader import Reader

Layers = tuple[Annotated[int, Field(ge=1)], ...]


class Body(Network):
    """A kind of network for inputs such as images or texts.

    Alone it reads every such input of a row with a body of its own; numbers and categories stand beside what the
    bodies read. Hidden layers and the outputs follow.
    """

    usual_for: ClassVar[tuple[Block, ...]] = ()
    """The blocks that it reads where no body is named."""

    layers: Layers = ()
    """The width of each hidden layer between what was read and the outputs."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of values set to zero in training, before each of these layers and the outputs."""

    @abstractmethod
    def reader(self, slot: Slot) -> Reader:
        """A new module that reads a slot of a block in `reads`."""

    def build(self, layout: Layout, width: int) -> nn.Module:
        from thalweg.networks.modules.joined import Joined

        require_inputs(self, layout)
        readers = {slot.key: self.reader(slot) for slot in layout.tensors}
        return Joined(readers, layout, "concat", self.layers, self.dropout, width)
