"""Deep plain networks of images: many small convolutions, one after another."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from pydantic import Field
from torch import Tensor, nn

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body, Layers, Reader
from thalweg.networks.images import Augment, Augmentation, as_floats

CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3)}  # of each stage
WIDEST = 8  # times the channels of the first stage


class VGG(Body):
    """Stages of 3 × 3 convolutions, each ended by a pooling that halves the sides (Simonyan & Zisserman, 2014).

    `{vgg: 16}` sets the depth. With batch normalisation, and the mean over what is left of the image in place of the
    paper's two layers of 4,096, so that images may have any size.
    """

    kind = "vgg"
    reads: ClassVar[tuple[Block, ...]] = ("image",)

    depth: Literal[11, 13, 16] = 16
    """The number of layers with weights, as the paper counts them: three more than convolutions."""
    channels: Annotated[int, Field(ge=1)] = 64
    """Of the first stage; they double from stage to stage up to eight times as many."""
    augment: tuple[Augmentation, ...] = ()
    """What is done to images by chance in training."""
    layers: Layers = (512,)
    """The width of each hidden layer between what was read and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"depth": value} if isinstance(value, int) else value

    @classmethod
    def example(cls) -> Self:
        return cls(depth=11, channels=8, layers=(32,))

    def reader(self, slot: Slot) -> Reader:
        return _Stages(self, slot)


class _Stages(Reader):
    """Pixels (B, C, H, W) uint8 → (B, width)."""

    def __init__(self, settings: VGG, slot: Slot):
        super().__init__()
        inputs = slot.shape[0]
        self.augment = Augment(settings.augment)
        made: list[nn.Module] = []
        for stage, convolutions in enumerate(CONVOLUTIONS[settings.depth]):
            outputs = settings.channels * min(2**stage, WIDEST)
            for _ in range(convolutions):
                convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
                nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
                made += [convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
                inputs = outputs
            made.append(nn.MaxPool2d(2, ceil_mode=True))  # so that a small image keeps a pixel
        self.layers = nn.Sequential(*made).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.width = inputs

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(as_floats(self.augment(x))).mean((2, 3))
