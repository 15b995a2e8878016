from __future__ import annotations

import pytest
import torch
from torch import Tensor

from thalweg.networks.modules import rand_augment as module
from thalweg.networks.modules.images import Augment
from thalweg.networks.modules.rand_augment import OPERATIONS, rand_augment


def photos(rows: int = 6, channels: int = 3, height: int = 12, width: int = 16) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (rows, channels, height, width), generator=generator).float()


def strength(value: float, rows: int = 6) -> Tensor:
    return torch.full((rows, 1, 1, 1), value)


@pytest.mark.parametrize("channels", [1, 3])
def test_images_stay_bytes_of_their_shape_and_change_each_for_itself(channels: int):
    torch.manual_seed(0)
    before = photos(60, channels)[:1].expand(60, -1, -1, -1).byte()
    after = Augment(["randaugment"])(before)
    assert (after.dtype, after.shape) == (torch.uint8, before.shape)
    assert len(after.flatten(1).unique(dim=0)) > 40
    assert torch.equal(before, photos(60, channels)[:1].expand(60, -1, -1, -1).byte())


def test_the_seed_decides():
    found = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        found.append(rand_augment(photos().byte()))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each is not module._autocontrast])
def test_without_strength_nothing_changes(operation):
    torch.testing.assert_close(operation(photos(), strength(0.0)), photos(), rtol=0, atol=1e-3)


@pytest.mark.parametrize("operation", OPERATIONS[1:])
def test_with_strength_it_changes(operation):
    before = photos() / 2 + 20
    assert (operation(before, strength(0.8)) - before).abs().mean() > 1


def test_a_move_brings_in_black():
    after = module._move_along(photos(), strength(1.0))
    torch.testing.assert_close(after[..., :12], photos()[..., 4:], rtol=0, atol=1e-2)
    assert after[..., 12:].abs().max() < 1e-2


def test_a_turn_keeps_the_distance_from_the_middle():
    """A dot 10 pixels from the middle of a wide image is 10 pixels from it afterwards, 30 degrees on."""
    image = torch.zeros(1, 1, 41, 61)
    image[0, 0, 20, 40] = 255
    after = module._turn(image, strength(1.0, 1))[0, 0]
    row, column = divmod(int(after.argmax()), 61)
    assert (abs(row - 20), column - 30) == (5, 9)


def test_colours_are_those_that_definitions_give():
    grey = torch.full((1, 1, 2, 2), 100.0)
    grey[0, 0, 0, 0] = 200.0
    one = strength(0.5, 1)
    torch.testing.assert_close(module._brightness(grey, one), grey * 1.45)
    torch.testing.assert_close(module._contrast(grey, one), 125 + (grey - 125) * 1.45)
    assert module._solarize(grey, one).flatten().tolist() == [55, 100, 100, 100]
    assert module._posterize(grey + 3, one).flatten().tolist() == [200, 100, 100, 100]
    assert module._autocontrast(grey, one).flatten().tolist() == [255, 0, 0, 0]
    assert module._saturation(grey, one).flatten().tolist() == grey.flatten().tolist()
