"""Tokens and series as steps of one width, and what steps come to."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from thalweg.features.feature import Slot
from thalweg.networks.pooling import Pool


class Steps(nn.Module):
    """Tokens (B, L) or series (B, T, F) → vectors (B, T, `width`), and which steps there are (B, T) bool.

    The steps that there are come first. Tokens end where 0 begins; a series, which begins where its last channel
    becomes 1, is moved to the front. What has no step has its first one, so that there is one.
    """

    def __init__(self, slot: Slot, embedding: int):
        super().__init__()
        tokens = slot.block == "tokens"
        self.table = nn.Embedding(slot.cardinality or 1, embedding, padding_idx=0) if tokens else None
        self.width = embedding if tokens else slot.shape[-1]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        there = x > 0 if self.table is not None else x[..., -1] > 0
        lengths = there.sum(1, keepdim=True)
        places = torch.arange(x.shape[1], device=x.device)
        known = places < lengths.clamp(min=1)
        if self.table is not None:
            return self.table(x), known
        moved = (places + x.shape[1] - lengths).clamp(max=x.shape[1] - 1)
        steps = x.gather(1, moved.unsqueeze(-1).expand_as(x))
        return steps * (places < lengths).unsqueeze(-1), known


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
