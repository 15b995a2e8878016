"""What several bodies read of a row, and its numbers and categories, brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks.combining import Combine
from thalweg.networks.modules.categories import Categories

HEADS = 4


class Joined(nn.Module):
    """Tensors (B, *shape) by key, numbers (B, N) and categories (B, C) → logits (B, 1, width).

    `concat` puts vectors side by side. `gated` adds them, each weighted value by value by a sigmoid of all (as gated
    multimodal units do; Arevalo et al., 2017). `attention` lets each look at the others (one block of a Transformer)
    and takes the mean. For the latter two all parts are brought to one width, the largest of them.
    """

    def __init__(
        self,
        readers: Mapping[str, nn.Module],
        layout: Layout,
        combine: Combine,
        layers: Sequence[int],
        dropout: float,
        width: int,
    ):
        super().__init__()
        self.keys = list(readers)
        self.readers = nn.ModuleList(readers.values())
        widths = [int(reader.width) for reader in readers.values()]  # type: ignore[arg-type]
        numbers, categories = layout.of("numbers"), layout.of("categories")
        self.numbers = len(numbers)
        self.categories = Categories(categories, "auto") if categories else None
        table = self.numbers + (sum(self.categories.widths) if self.categories else 0)
        widths += [table] if table else []
        self.combined = _combined(combine, widths)
        self.head = _head(self.combined.width, layers, dropout, width)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        parts = [reader(batch[key]) for key, reader in zip(self.keys, self.readers, strict=True)]
        table = [batch["numbers"]] if self.numbers else []
        if self.categories is not None:
            table.append(self.categories(batch["categories"]))
        parts += [torch.cat(table, 1)] if table else []
        return self.head(self.combined(parts)).unsqueeze(1)


class _Concat(nn.Module):
    def __init__(self, widths: Sequence[int]):
        super().__init__()
        self.width = sum(widths)

    def forward(self, parts: list[Tensor]) -> Tensor:
        return parts[0] if len(parts) == 1 else torch.cat(parts, 1)


class _Gated(nn.Module):
    def __init__(self, widths: Sequence[int]):
        super().__init__()
        self.width = max(widths)
        self.values = nn.ModuleList(nn.Linear(each, self.width) for each in widths)
        self.gates = nn.Linear(sum(widths), self.width * len(widths))

    def forward(self, parts: list[Tensor]) -> Tensor:
        gates = self.gates(torch.cat(parts, 1)).sigmoid().chunk(len(parts), 1)
        values = [torch.tanh(value(part)) for value, part in zip(self.values, parts, strict=True)]
        return torch.stack([gate * value for gate, value in zip(gates, values, strict=True)]).sum(0)


class _Attention(nn.Module):
    def __init__(self, widths: Sequence[int]):
        super().__init__()
        self.width = -(-max(widths) // HEADS) * HEADS
        self.values = nn.ModuleList(nn.Linear(each, self.width) for each in widths)
        self.block = nn.TransformerEncoderLayer(
            self.width,
            HEADS,
            2 * self.width,
            dropout=0.0,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )

    def forward(self, parts: list[Tensor]) -> Tensor:
        values = [value(part) for value, part in zip(self.values, parts, strict=True)]
        return self.block(torch.stack(values, 1)).mean(1)


_COMBINED: dict[Combine, type[_Concat] | type[_Gated] | type[_Attention]] = {
    "concat": _Concat,
    "gated": _Gated,
    "attention": _Attention,
}


def _combined(combine: Combine, widths: Sequence[int]) -> _Concat | _Gated | _Attention:
    return _COMBINED[combine](widths)


def _head(inputs: int, layers: Sequence[int], dropout: float, width: int) -> nn.Sequential:
    made: list[nn.Module] = []
    for hidden in layers:
        made += [nn.Dropout(dropout), nn.Linear(inputs, hidden), nn.ReLU()]
        inputs = hidden
    return nn.Sequential(*made, nn.Dropout(dropout), nn.Linear(inputs, width))
