"""Where a number lies between the edges of its bins."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from thalweg.features.feature import Slot

FEWEST_EDGES = 3  # with two there is one bin, which says no more than the number


class Knots(nn.Module):
    """Numbers (B, N) with bins → the rows (B, N) of the edges below and above, and the share of the way between.

    Each number has a row for values that are unknown, then one for each edge; `rows` counts them all. A value
    outside the edges, which are the range of the training rows, is unknown: nothing was learnt there.
    """

    def __init__(self, slots: Sequence[Slot]):
        super().__init__()
        edges = [torch.tensor(slot.bins or (), dtype=torch.float32) for slot in slots]
        counts = torch.tensor([len(each) for each in edges], dtype=torch.int64)
        self.rows = int((counts + 1).sum())
        padded = torch.full((len(slots), max(map(len, edges), default=0)), torch.inf)
        for row, each in zip(padded, edges, strict=True):
            row[: len(each)] = each
        ends = [torch.stack([each[end] for each in edges]) if edges else torch.empty(0) for end in (0, -1)]
        self.register_buffer("edges", padded, persistent=False)
        self.register_buffer("low", ends[0], persistent=False)
        self.register_buffer("high", ends[1], persistent=False)
        self.register_buffer("last", (counts - 2).unsqueeze(1), persistent=False)
        self.register_buffer("unknown", (counts + 1).cumsum(0) - counts - 1, persistent=False)

    def inside(self, numbers: Tensor) -> Tensor:
        """Whether numbers (B, N) lie in the range of the training rows."""
        return (numbers >= self.get_buffer("low")) & (numbers <= self.get_buffer("high"))

    def forward(self, numbers: Tensor, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        edges, unknown = self.get_buffer("edges"), self.get_buffer("unknown")
        columns = numbers.t().contiguous()  # (N, B)
        place = (
            (torch.searchsorted(edges, columns, right=True) - 1).clamp_min(0).minimum(self.get_buffer("last"))
        )
        left, right = edges.gather(1, place), edges.gather(1, place + 1)
        share = ((columns - left) / (right - left)).t()
        below = (place.t() + unknown + 1).where(known, unknown)
        above = (below + 1).where(known, unknown)
        return below, above, share.masked_fill(~known, 0.0)
