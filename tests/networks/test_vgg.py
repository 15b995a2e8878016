from __future__ import annotations

import pytest
import torch
from torch import nn

from thalweg.core.component import parse
from thalweg.features.feature import Slot
from thalweg.networks.network import Network
from thalweg.networks.vgg import VGG

PUBLISHED = {11: 9_217_728, 13: 9_402_048, 16: 14_710_464}  # weights of convolutions, without biases


def photo(side: int) -> Slot:
    return Slot(name="photo", block="image", shape=(3, side, side))


def test_a_number_stands_for_the_depth():
    assert parse(Network, {"vgg": 13}) == VGG(depth=13)


@pytest.mark.parametrize("depth", PUBLISHED)
def test_its_convolutions_are_the_published_ones(depth: int):
    with torch.device("meta"):
        reader = VGG(depth=depth).reader(photo(224))  # type: ignore[arg-type]
    convolutions = [m for m in reader.modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) == depth - 3
    assert sum(m.weight.numel() for m in convolutions) == PUBLISHED[depth]


@pytest.mark.parametrize("side", [1, 5, 28])
def test_small_images_are_read_too(side: int):
    reader = VGG(depth=11, channels=4).reader(photo(side))
    assert reader(torch.randint(256, (6, 3, side, side)).byte()).shape == (6, 32)
