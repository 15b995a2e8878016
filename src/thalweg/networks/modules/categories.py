"""Categories as vectors: learnt embeddings, gathered from one table for all columns of a width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from thalweg.features.feature import Slot

Width = int | Literal["auto"]
WIDEST = 50


def embedding_width(cardinality: int, width: Width) -> int:
    """Numbers that stand for one category.

    `auto` is min(50, 1.6 × cardinality^0.56), a rule of thumb of fastai (2018): 5 for 8 values, 21 for 100,
    50 from 468 on.
    """
    if width != "auto":
        return width
    return max(1, min(WIDEST, round(1.6 * cardinality**0.56)))


class Categories(nn.Module):
    """Learnt vectors of categories side by side: (B, C) int64 → (B, sum of `widths`).

    Columns of equal width share one table and are gathered in one call. `widths` holds the width of each
    column in the order of the output, which is by width and then by column.
    """

    def __init__(self, slots: Sequence[Slot], width: Width, scale: float | None = None):
        super().__init__()
        sizes = [slot.cardinality or 1 for slot in slots]
        widths = [embedding_width(size, width) for size in sizes]
        self.groups = [[i for i, w in enumerate(widths) if w == group] for group in sorted(set(widths))]
        self.widths = [widths[i] for group in self.groups for i in group]
        self.tables = nn.ParameterList()
        for number, group in enumerate(self.groups):
            rows, columns = sum(sizes[i] for i in group), widths[group[0]]
            self.tables.append(nn.Parameter(torch.randn(rows, columns) * (scale or columns**-0.5)))
            starts = torch.tensor([0, *(sizes[i] for i in group)]).cumsum(0)[:-1]
            self.register_buffer(f"starts{number}", starts, persistent=False)
            self.register_buffer(f"columns{number}", torch.tensor(group), persistent=False)

    def forward(self, categories: Tensor) -> Tensor:
        parts = []
        for number, table in enumerate(self.tables):
            columns: Tensor = self.get_buffer(f"columns{number}")
            chosen = categories if len(self.tables) == 1 else categories.index_select(1, columns)
            rows = chosen + self.get_buffer(f"starts{number}")
            parts.append(functional.embedding(rows, table).flatten(1))
        return parts[0] if len(parts) == 1 else torch.cat(parts, 1)


class OneHot(nn.Module):
    """Categories as indicators: (B, C) int64 → (B, sum of cardinalities) float32."""

    def __init__(self, slots: Sequence[Slot]):
        super().__init__()
        self.widths = [slot.cardinality or 1 for slot in slots]

    def forward(self, categories: Tensor) -> Tensor:
        columns = zip(categories.unbind(1), self.widths, strict=True)
        return torch.cat([functional.one_hot(column, size) for column, size in columns], 1).float()
