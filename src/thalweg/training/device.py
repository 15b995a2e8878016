"""Where to compute, and in which precision."""

from __future__ import annotations

import torch
from torch import nn

from thalweg.core.errors import TrainingError
from thalweg.training.settings import Train

WIDE = 128  # matrices smaller than this gain nothing from 16 bits: converting costs what multiplying saves


def device_of(settings: Train) -> torch.device:
    """The device that is meant. Raises TrainingError where the machine has none of its kind."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if settings.device == "auto":
        return torch.device(next(name for name, found in there.items() if found))
    if not there[settings.device]:
        raise TrainingError(
            f"expected a device of kind {settings.device!r}, found none that torch {torch.__version__} can use",
            hint="write `device: auto`, or see what is installed with: thalweg doctor",
        )
    return torch.device(settings.device)


def precision_of(settings: Train, device: torch.device, model: nn.Module) -> torch.dtype:
    """The type in which matrices are multiplied: a function of machine and network, never of a stopwatch.

    Weights, optimizer and losses stay in 32 bits.
    """
    if settings.precision == "auto":
        return torch.bfloat16 if multiplies_bf16(device) and _is_wide(model) else torch.float32
    return torch.bfloat16 if settings.precision == "bf16" else torch.float32


def multiplies_bf16(device: torch.device) -> bool:
    """Whether a device has instructions that multiply matrices of bfloat16."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def _is_wide(model: nn.Module) -> bool:
    """Whether some matrix of weights has at least 128 rows and columns, or some convolution as many weights a channel.

    A convolution of images multiplies its weights by every pixel, so few channels out are enough.
    """
    matrices = [
        (m, p) for m in model.modules() for name, p in m.named_parameters(recurse=False) if name == "weight"
    ]
    return any(
        p[0].numel() >= WIDE if isinstance(m, nn.Conv2d) else p.ndim >= 2 and min(p.shape[-2:]) >= WIDE
        for m, p in matrices
    )
