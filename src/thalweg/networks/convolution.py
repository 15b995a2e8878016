"""The plain network of images: blocks of convolution and pooling."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from thalweg.core.errors import TrainingError
from thalweg.features.feature import Block, Slot
from thalweg.networks import activations
from thalweg.networks.body import Body, Layers, Reader
from thalweg.networks.images import Augment, Augmentation, as_floats


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
    activation: activations.Activation = "relu"
    """The function after each convolution."""
    augment: tuple[Augmentation, ...] = ()
    """What is done to images by chance in training."""
    layers: Layers = (128,)
    """The width of each hidden layer between what was read and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"channels": value} if isinstance(value, list | tuple) else value

    def reader(self, slot: Slot) -> Reader:
        return _Blocks(self, slot)


class _Blocks(Reader):
    """Pixels (B, C, H, W) uint8 → (B, width)."""

    def __init__(self, settings: Convolution, slot: Slot):
        super().__init__()
        inputs, height, width = slot.shape
        halvings = len(settings.channels)
        if min(height, width) < 2**halvings:
            raise TrainingError(
                f"{halvings} blocks halve images of {height} × {width} pixels to nothing",
                hint="ask for fewer channels under network: convolution, or for larger images under inputs",
            )
        self.augment = Augment(settings.augment)
        made: list[nn.Module] = []
        for outputs in settings.channels:
            for place in range(settings.convolutions):
                made.append(
                    nn.Conv2d(inputs, outputs, settings.kernel, padding="same", bias=settings.norm == "none")
                )
                made += [nn.BatchNorm2d(outputs)] if settings.norm == "batch" else []
                # A function that rises, such as relu, gives the same after the pooling, from a quarter of the values.
                made += [nn.MaxPool2d(2)] if place == settings.convolutions - 1 else []
                made.append(activations.module(settings.activation))
                inputs = outputs
        self.blocks = nn.Sequential(*made).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.width = inputs * (height >> halvings) * (width >> halvings)

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(as_floats(self.augment(x))).flatten(1)
