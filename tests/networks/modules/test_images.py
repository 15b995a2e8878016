from __future__ import annotations

import torch
from torch import nn

from thalweg.features.feature import Slot
from thalweg.networks.modules.images import Augment, as_floats

PHOTO = Slot(name="photo", block="image", shape=(3, 16, 24))


def photos(rows: int = 40) -> torch.Tensor:
    return torch.randint(1, 256, (rows, *PHOTO.shape), generator=torch.Generator().manual_seed(0)).byte()


def test_pixels_become_floats_from_minus_one_to_one_with_channels_last():
    found = as_floats(torch.tensor([0, 255, 51], dtype=torch.uint8).view(1, 3, 1, 1).expand(2, 3, 4, 5))
    torch.testing.assert_close(found[1, :, 3, 4], torch.tensor([-1.0, 1.0, -0.6]))
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_a_flip_swaps_left_and_right_of_about_half():
    before = photos(200)
    after = Augment(["flip"])(before)
    kept, swapped = ((after == other).flatten(1).all(1) for other in (before, before.flip(-1)))
    assert (kept ^ swapped).all()
    assert 60 < swapped.sum() < 140


def test_a_crop_moves_each_image_for_itself_by_an_eighth_at_most():
    before = photos()
    after = Augment(["crop"])(before)
    wide = nn.functional.pad(before, (3, 3, 2, 2))
    found = set()
    for one, image in zip(wide, after, strict=True):
        places = [
            (up, aside)
            for up in range(5)
            for aside in range(7)
            if torch.equal(one[:, up : up + 16, aside : aside + 24], image)
        ]
        assert len(places) == 1
        found |= set(places)
    assert len(found) > 10


def test_a_cutout_blackens_a_square_of_half_a_side_at_most():
    black = (Augment(["cutout"])(photos()) == 0).all(1)
    assert (black.any(2).sum(1) <= 8).all()
    assert (black.any(1).sum(1) <= 12).all()
    assert (black.sum((1, 2)) == black.any(2).sum(1) * black.any(1).sum(1)).all()
    assert black.any((1, 2)).all()


def test_nothing_is_changed_outside_training():
    assert torch.equal(Augment(["flip", "crop", "cutout"]).eval()(photos()), photos())
