"""Windows of a few words and the strongest answer of each filter: fast, and strong on texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.activations import Activation
from thalweg.networks.body import Body, Layers

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class TextConvolution(Body):
    """Filters over windows of neighbouring tokens, each filter's greatest value anywhere in the text (Kim, 2014).

    `{text_convolution: [3, 4, 5]}` sets the windows.
    """

    kind = "text_convolution"
    reads: ClassVar[tuple[Block, ...]] = ("tokens",)

    windows: Annotated[Layers, Field(min_length=1)] = (3, 4, 5)
    """How many tokens a filter sees at once."""
    filters: Annotated[int, Field(ge=1)] = 100
    """Of each window."""
    embedding: Annotated[int, Field(ge=1)] = 128
    """The width of a token's vector."""
    activation: Activation = "relu"
    """The function after each filter."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """The share of values set to zero in training, before the hidden layers and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"windows": value} if isinstance(value, list | tuple) else value

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.text_convolution import Windows

        return Windows(self, slot)
