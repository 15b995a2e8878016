from __future__ import annotations

import pytest
import torch
from torch import nn

from thalweg.core.component import parse
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.network import Network
from thalweg.networks.resnet import ResNet

PHOTO = Slot(name="photo", block="image", shape=(3, 224, 224))
SMALL = Slot(name="photo", block="image", shape=(3, 32, 32))
PUBLISHED = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032}  # with the 1,000 classes of ImageNet


def weights(depth: int, slot: Slot, classes: int) -> int:
    with torch.device("meta"):
        network = ResNet(depth=depth).build(Layout(slots=(slot,)), classes)  # type: ignore[arg-type]
    return sum(each.numel() for each in network.parameters())


def test_a_number_stands_for_the_depth():
    assert parse(Network, {"resnet": 34}) == ResNet(depth=34)


def test_another_depth_is_refused():
    with pytest.raises(ValueError, match="18, 20, 34 or 50"):
        ResNet(depth=19)  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", PUBLISHED)
def test_there_are_as_many_weights_as_published(depth: int):
    assert weights(depth, PHOTO, 1000) == PUBLISHED[depth]


def test_the_narrow_one_has_a_quarter_of_a_million():
    """269,722 in the paper's form, and 2,752 of the two projections where it pads with zeros."""
    assert weights(20, SMALL, 10) == 272_474


def after_stem(side: int) -> list[int]:
    """The size (H, W) of what comes out of the stem."""
    reader = ResNet(depth=20).reader(Slot(name="photo", block="image", shape=(3, side, side)))
    stem = reader.get_submodule("layers.0")
    return list(stem(torch.zeros(1, 3, side, side)).shape[2:])


def test_small_images_keep_their_size_and_large_ones_are_quartered():
    assert after_stem(32) == [32, 32]
    assert after_stem(64) == [64, 64]
    assert after_stem(96) == [24, 24]


def test_a_block_begins_as_the_identity():
    """All branches end in zero, so only stem and projections are left: another branch changes nothing."""
    torch.manual_seed(0)
    reader = ResNet(depth=20).reader(SMALL).eval()
    images = torch.randint(256, (2, 3, 32, 32)).byte()
    before = reader(images)
    for module in reader.modules():
        if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3) and module.in_channels != 3:
            nn.init.normal_(module.weight)
    assert torch.equal(reader(images), before)


def test_images_are_changed_in_training_alone():
    torch.manual_seed(0)
    reader = ResNet(depth=20, augment=("crop",)).reader(SMALL)
    images = torch.randint(256, (4, 3, 32, 32)).byte()
    assert not torch.equal(reader(images), reader(images))
    reader.eval()
    assert torch.equal(reader(images), reader(images))
