"""Images changed by operations drawn at random, each with a random strength."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

OPERATIONS_EACH = 2
MOST_TURNED = math.pi / 6  # radians either way
MOST_SHEARED = 0.3
MOST_MOVED = 0.25  # of a side
MOST_COLOURED = 0.9  # a factor of 0.1 to 1.9
MOST_BITS = 4  # taken away
GREY = (0.299, 0.587, 0.114)  # what red, green and blue add to brightness (ITU-R BT.601)


def rand_augment(x: Tensor) -> Tensor:
    """Images (B, C, H, W) uint8, each changed by two operations (RandAugment; Cubuk et al., 2019).

    As in the paper but that strengths are drawn evenly up to the largest, and that sharpness and equalisation are
    left out. What moves in is black.
    """
    for _ in range(OPERATIONS_EACH):
        drawn = torch.randint(len(OPERATIONS), (len(x),), device=x.device)
        strength = torch.rand(len(x), device=x.device) * 2 - 1
        changed = x.clone()
        for number, operation in enumerate(OPERATIONS):
            chosen = (drawn == number).nonzero().flatten()
            if len(chosen):
                found = operation(x[chosen].float(), strength[chosen].view(-1, 1, 1, 1))
                changed[chosen] = found.round().clamp(0, 255).byte()
        x = changed
    return x


# Each takes pixels (B, C, H, W) in [0, 255] and strengths (B, 1, 1, 1) in [-1, 1].


def _same(x: Tensor, strength: Tensor) -> Tensor:
    return x


def _turn(x: Tensor, strength: Tensor) -> Tensor:
    angle, stretch = strength * MOST_TURNED, x.shape[3] / x.shape[2]
    return _moved(x, angle.cos(), -angle.sin() / stretch, 0, angle.sin() * stretch, angle.cos(), 0)


def _shear_along(x: Tensor, strength: Tensor) -> Tensor:
    return _moved(x, 1, strength * MOST_SHEARED, 0, 0, 1, 0)


def _shear_down(x: Tensor, strength: Tensor) -> Tensor:
    return _moved(x, 1, 0, 0, strength * MOST_SHEARED, 1, 0)


def _move_along(x: Tensor, strength: Tensor) -> Tensor:
    return _moved(x, 1, 0, strength * 2 * MOST_MOVED, 0, 1, 0)


def _move_down(x: Tensor, strength: Tensor) -> Tensor:
    return _moved(x, 1, 0, 0, 0, 1, strength * 2 * MOST_MOVED)


def _moved(x: Tensor, *matrix: Tensor | float) -> Tensor:
    """Pixels taken from where a matrix (2 × 3, row by row) leads, in a square from -1 to 1."""
    values = [torch.as_tensor(value, dtype=x.dtype, device=x.device).flatten() for value in matrix]
    theta = torch.stack([value.expand(len(x)) for value in values], 1).view(-1, 2, 3)
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False)


def _brightness(x: Tensor, strength: Tensor) -> Tensor:
    return x * (1 + strength * MOST_COLOURED)


def _contrast(x: Tensor, strength: Tensor) -> Tensor:
    return _away_from(_grey(x).mean((2, 3), keepdim=True), x, strength)


def _saturation(x: Tensor, strength: Tensor) -> Tensor:
    return _away_from(_grey(x), x, strength)


def _away_from(middle: Tensor, x: Tensor, strength: Tensor) -> Tensor:
    return middle + (x - middle) * (1 + strength * MOST_COLOURED)


def _grey(x: Tensor) -> Tensor:
    if x.shape[1] != len(GREY):
        return x.mean(1, keepdim=True)
    return (x * x.new_tensor(GREY).view(1, -1, 1, 1)).sum(1, keepdim=True)


def _posterize(x: Tensor, strength: Tensor) -> Tensor:
    step = 2 ** (strength.abs() * MOST_BITS).round()
    return (x / step).floor() * step


def _solarize(x: Tensor, strength: Tensor) -> Tensor:
    return torch.where(x >= 256 * (1 - strength.abs()), 255 - x, x)


def _autocontrast(x: Tensor, strength: Tensor) -> Tensor:
    least, most = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
    return torch.where(most > least, (x - least) / (most - least).clamp(min=1) * 255, x)


OPERATIONS: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    _same,
    _turn,
    _shear_along,
    _shear_down,
    _move_along,
    _move_down,
    _brightness,
    _contrast,
    _saturation,
    _posterize,
    _solarize,
    _autocontrast,
)
