"""Linear layers of several members, side by side."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Members(nn.Module):
    """One linear layer for each member: (M, B, I) → (M, B, O), nothing shared."""

    def __init__(self, members: int, inputs: int, outputs: int):
        super().__init__()
        limit = inputs**-0.5
        self.weight = nn.Parameter((torch.rand(members, inputs, outputs) * 2 - 1) * limit)
        self.bias = nn.Parameter((torch.rand(members, 1, outputs) * 2 - 1) * limit)

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)
