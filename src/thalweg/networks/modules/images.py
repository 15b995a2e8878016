"""Pixels on their way into a network: changed by chance in training, as floats always."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from thalweg.networks.augmentations import Augmentation
from thalweg.networks.modules.rand_augment import rand_augment

MARGIN = 8  # a crop moves an image by up to an eighth of its sides; a cutout covers a quarter of them
HALF = 127.5


def as_floats(pixels: Tensor) -> Tensor:
    """Pixels (B, C, H, W) uint8 as floats in [-1, 1], channels last in memory, which convolutions read faster."""
    return pixels.to(torch.float32, memory_format=torch.channels_last) / HALF - 1.0


class Augment(nn.Module):
    """Images (B, C, H, W) uint8 changed by chance, each for itself, in training alone.

    `flip`: left and right swapped for half of them. `crop`: moved by up to an eighth of their sides, black coming in.
    `cutout`: a square of half a side made black (DeVries & Taylor, 2017). `randaugment`: two of twelve
    changes of place or colour (RandAugment; Cubuk et al., 2019).
    """

    def __init__(self, steps: Sequence[Augmentation]):
        super().__init__()
        self.steps = tuple(steps)

    def forward(self, x: Tensor) -> Tensor:
        for step in self.steps if self.training else ():
            x = CHANGES[step](x)
        return x


def _flip(x: Tensor) -> Tensor:
    chosen = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
    return torch.where(chosen, x.flip(-1), x)


def _crop(x: Tensor) -> Tensor:
    height, width = x.shape[2:]
    up, aside = max(1, height // MARGIN), max(1, width // MARGIN)
    wide = functional.pad(x, (aside, aside, up, up))
    rows = _window(len(x), height, 2 * up, x.device)[:, None, :, None]
    columns = _window(len(x), width, 2 * aside, x.device)[:, None, None, :]
    of = torch.arange(len(x), device=x.device)[:, None, None, None]
    channels = torch.arange(x.shape[1], device=x.device)[None, :, None, None]
    return wide[of, channels, rows, columns]


def _window(count: int, side: int, room: int, device: torch.device) -> Tensor:
    """Positions (count, side) of windows that begin anywhere in the room."""
    return torch.randint(room + 1, (count, 1), device=device) + torch.arange(side, device=device)


def _cutout(x: Tensor) -> Tensor:
    covered = torch.ones(len(x), 1, 1, 1, dtype=torch.bool, device=x.device)
    for dim, side in ((2, x.shape[2]), (3, x.shape[3])):
        shape = [-1 if place == dim else 1 for place in range(4)]
        middle = torch.randint(side, (len(x), 1, 1, 1), device=x.device)
        covered = covered & (
            (torch.arange(side, device=x.device).view(shape) - middle).abs() < max(1, side // 4)
        )
    return x.masked_fill(covered, 0)


CHANGES = {"flip": _flip, "crop": _crop, "cutout": _cutout, "randaugment": rand_augment}
