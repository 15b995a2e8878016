from __future__ import annotations

import torch
from torch import nn

from thalweg.features.feature import Slot
from thalweg.networks.convolution import Convolution
from thalweg.networks.modules.images import as_floats

PHOTO = Slot(name="photo", block="image", shape=(3, 16, 24))


def test_a_block_gives_what_pooling_after_its_function_gives():
    photos = torch.randint(256, (40, *PHOTO.shape), generator=torch.Generator().manual_seed(0)).byte()
    reader = Convolution(channels=(5,), norm="none").reader(PHOTO)
    convolved = reader.get_submodule("blocks.0")(as_floats(photos))
    expected = nn.functional.max_pool2d(convolved.relu(), 2).flatten(1)
    assert torch.equal(reader(photos), expected)
