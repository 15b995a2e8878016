"""Stages of small convolutions over images."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from thalweg.features.feature import Slot
from thalweg.networks.modules.images import Augment, as_floats
from thalweg.networks.modules.reader import Reader
from thalweg.networks.vgg import VGG

CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3)}  # of each stage
WIDEST = 8  # times the channels of the first stage


class Stages(Reader):
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
