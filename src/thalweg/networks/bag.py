"""The mean of learnt vectors of words: fast, and hard to beat on long texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


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
        from thalweg.networks.modules.bag import Mean

        return Mean(slot.cardinality or 1, self.width)
