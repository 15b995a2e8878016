"""Residual blocks over images."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from thalweg.features.feature import Slot
from thalweg.networks.modules.images import Augment, as_floats
from thalweg.networks.modules.reader import Reader
from thalweg.networks.resnet import ResNet

SMALL = 64  # pixels a side up to which the stem keeps the size of an image


class _Plan(NamedTuple):
    """Blocks of each stage, channels of the first stage, and how many times them a block gives out."""

    blocks: tuple[int, ...]
    channels: int
    expansion: int = 1


PLANS = {
    18: _Plan((2, 2, 2, 2), 64),
    20: _Plan((3, 3, 3), 16),
    34: _Plan((3, 4, 6, 3), 64),
    50: _Plan((3, 4, 6, 3), 64, expansion=4),
}


class Residual(Reader):
    """Pixels (B, C, H, W) uint8 → (B, width)."""

    def __init__(self, settings: ResNet, slot: Slot):
        super().__init__()
        inputs, height, width = slot.shape
        plan = PLANS[settings.depth]
        self.augment = Augment(settings.augment)
        layers: list[nn.Module] = [_stem(inputs, plan.channels, small=max(height, width) <= SMALL)]
        channels = plan.channels
        for stage, blocks in enumerate(plan.blocks):
            for place in range(blocks):
                stride = 2 if stage and not place else 1
                layers.append(_Block(channels, plan.channels * 2**stage, stride, plan.expansion))
                channels = plan.channels * 2**stage * plan.expansion
        self.layers = nn.Sequential(*layers).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.width = channels

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(as_floats(self.augment(x))).mean((2, 3))


def _stem(inputs: int, outputs: int, small: bool) -> nn.Sequential:
    if small:
        return nn.Sequential(_normed(inputs, outputs, 3), nn.ReLU(inplace=True))
    pooling = nn.MaxPool2d(3, stride=2, padding=1)
    return nn.Sequential(_normed(inputs, outputs, 7, stride=2), nn.ReLU(inplace=True), pooling)


def _normed(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution, its weights drawn for the ReLU behind it (He et al., 2015), and a norm."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class _Block(nn.Module):
    """(B, inputs, H, W) → (B, outputs, H / stride, W / stride)."""

    def __init__(self, inputs: int, channels: int, stride: int, expansion: int):
        super().__init__()
        outputs = channels * expansion
        if expansion == 1:
            parts = [_normed(inputs, channels, 3, stride), _normed(channels, channels, 3)]
        else:  # the stride stands at the 3 × 3, where nothing is thrown away unread
            wide = _normed(channels, outputs, 1)
            parts = [_normed(inputs, channels, 1), _normed(channels, channels, 3, stride), wide]
        nn.init.zeros_(parts[-1][1].weight)  # type: ignore[arg-type]
        between = [nn.ReLU(inplace=True) for _ in parts[1:]]
        self.change = nn.Sequential(
            parts[0], *(m for pair in zip(between, parts[1:], strict=True) for m in pair)
        )
        same = stride == 1 and inputs == outputs
        self.keep = nn.Identity() if same else _normed(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.change(x) + self.keep(x), inplace=True)
