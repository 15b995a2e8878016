"""The mean of learnt vectors of words: fast, and hard to beat on long texts."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body, Reader


class Bag(Body):
    """The mean of the embeddings of the tokens of a text or the members of a set, whatever their order.

    (Joulin et al., Bag of Tricks for Efficient Text Classification, 2016.) `{bag: 64}` sets the width.
    """

    kind = "bag"
    reads: ClassVar[tuple[Block, ...]] = ("tokens", "set")
    usual_for: ClassVar[tuple[Block, ...]] = ("tokens", "set")

    width: Annotated[int, Field(ge=1)] = 128
    """Of the vector of a token."""

    @classmethod
    def expand(cls, value: object) -> object:
        return {"width": value} if isinstance(value, int) else value

    def reader(self, slot: Slot) -> Reader:
        return _Mean(slot.cardinality or 1, self.width)


class _Mean(Reader):
    """Tokens (B, L), 0 where there is none → (B, width)."""

    def __init__(self, cardinality: int, width: int):
        super().__init__()
        self.width = width
        self.table = nn.EmbeddingBag(cardinality, width, mode="sum", padding_idx=0)

    def forward(self, x: Tensor) -> Tensor:
        known = (x > 0).sum(1, keepdim=True).clamp(min=1)
        return self.table(x) / known
