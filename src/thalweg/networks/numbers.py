"""Numbers as vectors: piecewise-linear where a column has bins, the number itself where it has none."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from rtdl_num_embeddings import PiecewiseLinearEmbeddings
from torch import Tensor, nn

from thalweg.features.feature import Slot

FEWEST_EDGES = 3  # with two there is one bin, which says no more than the number


class Numbers(nn.Module):
    """Embedded numbers side by side: (B, N) float32 → (B, sum of `widths`).

    A number with bins becomes `width` values: a linear function of it plus a learnt function that is linear
    within each bin, zero at the start (Gorishniy et al., NeurIPS 2022; version B of ICLR 2025). Plain numbers
    come first in the output.
    """

    def __init__(self, slots: Sequence[Slot], width: int):
        super().__init__()
        edges = [slot.bins or () for slot in slots]
        plain = [i for i, bins in enumerate(edges) if len(bins) < FEWEST_EDGES]
        binned = [i for i, bins in enumerate(edges) if len(bins) >= FEWEST_EDGES]
        self.widths = [1] * len(plain) + [width] * len(binned)
        self.register_buffer("plain", torch.tensor(plain, dtype=torch.int64), persistent=False)
        self.register_buffer("binned", torch.tensor(binned, dtype=torch.int64), persistent=False)
        tensors = [torch.tensor(edges[i], dtype=torch.float32) for i in binned]
        self.embed = (
            PiecewiseLinearEmbeddings(tensors, width, activation=False, version="B") if binned else None
        )

    def forward(self, numbers: Tensor) -> Tensor:
        parts = []
        if len(self.get_buffer("plain")):
            parts.append(numbers.index_select(1, self.get_buffer("plain")))
        if self.embed is not None:
            parts.append(self.embed(numbers.index_select(1, self.get_buffer("binned"))).flatten(1))
        return torch.cat(parts, 1)
