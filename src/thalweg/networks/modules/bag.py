"""The mean of the learnt vectors of tokens."""

from __future__ import annotations

from torch import Tensor, nn

from thalweg.networks.modules.reader import Reader


class Mean(Reader):
    """Tokens (B, L), 0 where there is none → (B, width)."""

    def __init__(self, cardinality: int, width: int):
        super().__init__()
        self.width = width
        self.table = nn.EmbeddingBag(cardinality, width, mode="sum", padding_idx=0)

    def forward(self, x: Tensor) -> Tensor:
        known = (x > 0).sum(1, keepdim=True).clamp(min=1)
        return self.table(x) / known
