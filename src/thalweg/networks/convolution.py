"""The plain network of images: blocks of convolution and pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.activations import Activation
from thalweg.networks.augmentations import Augmentation
from thalweg.networks.body import Body, Layers

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class Convolution(Body):
    """Blocks of a convolution, a pooling that halves the sides and a function, then hidden layers (LeCun et al., 1998).

    `{convolution: [32, 64]}` sets the channels of the blocks.
    """

    kind = "convolution"
    reads: ClassVar[tuple[Block, ...]] = ("image",)
    usual_for: ClassVar[tuple[Block, ...]] = ("image",)

    channels: Annotated[Layers, Field(min_length=1)] = (32, 64)
    """Of each block."""
    kernel: Annotated[int, Field(ge=1, le=15)] = 3
    """The side of a convolution's window, in pixels."""
    convolutions: Annotated[int, Field(ge=1)] = 1
    """In each block."""
    norm: Literal["none", "batch"] = "batch"
    """Normalisation before each function."""
    activation: Activation = "relu"
    """The function after each convolution."""
    augment: tuple[Augmentation, ...] = ()
    """What is done to images by chance in training."""
    layers: Layers = (128,)
    """The width of each hidden layer between what was read and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"channels": value} if isinstance(value, list | tuple) else value

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.convolution import Blocks

        return Blocks(self, slot)
