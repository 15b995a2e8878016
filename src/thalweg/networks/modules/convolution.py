"""Blocks of convolution and pooling over images."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from thalweg.core.errors import TrainingError
from thalweg.features.feature import Slot
from thalweg.networks.convolution import Convolution
from thalweg.networks.modules import activations
from thalweg.networks.modules.images import Augment, as_floats
from thalweg.networks.modules.reader import Reader


class Blocks(Reader):
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
