"""Tokens and series as steps of one width, and what steps come to."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from thalweg.features.feature import Slot

Pool = Literal["mean", "max", "attention"]


class Steps(nn.Module):
    """Tokens (B, L) or series (B, T, F) → vectors (B, T, `width`), and which steps there are (B, T) bool.

    Tokens end where 0 begins (`at_the_end`); a series begins where its last channel becomes 1. A text without a
    token has its first step, so that there is one.
    """

    def __init__(self, slot: Slot, embedding: int):
        super().__init__()
        self.at_the_end = slot.block == "tokens"
        self.table = (
            nn.Embedding(slot.cardinality or 1, embedding, padding_idx=0) if self.at_the_end else None
        )
        self.width = embedding if self.at_the_end else slot.shape[-1]
        self.length = slot.shape[0]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self.table is None:
            return x, x[..., -1] > 0
        there = x > 0
        there = torch.cat([torch.ones_like(there[:, :1]), there[:, 1:]], 1)
        return self.table(x), there


def pooled(states: Tensor, there: Tensor, pool: Pool, scores: Tensor | None = None) -> Tensor:
    """One vector (B, D) of states (B, T, D) at the steps that there are (B, T); `scores` (B, T) weigh `attention`."""
    mask = there.unsqueeze(-1)
    if pool == "max":
        lowest = torch.finfo(states.dtype).min
        best = states.masked_fill(~mask, lowest).amax(1)
        return torch.where(mask.any(1), best, 0.0)
    if pool == "attention":
        assert scores is not None
        lowest = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~there, lowest).softmax(1).unsqueeze(-1)
        return (weights * states * mask).sum(1)
    return (states * mask).sum(1) / mask.sum(1).clamp(min=1)
