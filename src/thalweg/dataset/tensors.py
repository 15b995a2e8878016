"""Encoded rows as tensors that a network takes: one function for training, judging and serving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    """Arrays as tensors without a copy; whole numbers of 32 bits become int64, which embeddings are looked up by."""
    return {name: _tensor(values) for name, values in arrays.items()}


def _tensor(values: np.ndarray) -> Tensor:
    import torch

    wide = values.astype(np.int64) if values.dtype == np.int32 else np.ascontiguousarray(values)
    return torch.from_numpy(wide)
