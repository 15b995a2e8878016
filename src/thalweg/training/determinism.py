"""The same seed gives the same bits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

MASK = 2**64 - 1


@contextmanager
def deterministic(device: torch.device) -> Iterator[None]:
    """Only kernels that give the same bits each time; the caller's settings and generators come back after."""
    flags = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        try:
            torch.use_deterministic_algorithms(True)
            memory.fill_uninitialized_memory = False
            yield
        finally:
            torch.use_deterministic_algorithms(flags[0], warn_only=flags[1])
            memory.fill_uninitialized_memory = filled


def seed_step(seed: int, step: int, device: torch.device) -> None:
    """Make what a step draws by chance, such as dropout, a function of the seed and the step alone.

    So a checkpoint need not hold the state of generators, and nothing else that draws can disturb them.
    """
    mixed = _mix(_mix(seed) + step)
    torch.default_generator.manual_seed(mixed)
    if device.type == "cuda":
        torch.cuda.manual_seed(mixed)
    elif device.type == "mps":
        torch.mps.manual_seed(mixed)


def _mix(value: int) -> int:
    """SplitMix64 (Steele et al., 2014): neighbouring numbers become unrelated ones."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)
