"""What reads a tensor of its own: each row of it becomes a vector."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Reader(nn.Module, ABC):
    """A module from the tensor (B, *shape) of a slot to vectors (B, `width`)."""

    width: int

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor: ...
