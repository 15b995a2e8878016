"""Steps that look at one another: the encoder of a Transformer over texts and series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from thalweg.core.errors import ComponentError
from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body
from thalweg.networks.pooling import Pool

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class Transformer(Body):
    """Layers of self-attention over the tokens of a text or the steps of a series (Vaswani et al., 2017).

    Each layer is normalised first, which trains without a warm-up (Xiong et al., 2020). `{transformer: 4}` sets the
    depth. Its time grows with the square of the length: cut texts with `length`.
    """

    kind = "transformer"
    reads: ClassVar[tuple[Block, ...]] = ("tokens", "series")

    width: Annotated[int, Field(ge=1)] = 128
    """Of the vector of a step; a multiple of `heads`."""
    depth: Annotated[int, Field(ge=1)] = 2
    """Layers."""
    heads: Annotated[int, Field(ge=1)] = 4
    """Of attention, in each layer."""
    hidden: Annotated[int, Field(ge=1)] | None = None
    """The width inside a layer's perceptron; four times `width` where nothing is said."""
    positions: Literal["learnt", "sinusoidal"] = "learnt"
    """How a step knows its place: a vector learnt for each, or sines of fixed waves."""
    pool: Pool = "mean"
    """How steps become one vector: their mean, their greatest values, or their mean weighted by learnt attention."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of values set to zero in training: in each layer, and before the hidden layers and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"depth": value} if isinstance(value, int) else value

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.width % self.heads:
            raise ComponentError(
                f"expected a width that its {self.heads} heads can share, received {self.width}; "
                f"{math.ceil(self.width / self.heads) * self.heads} is the next that they can"
            )
        return self

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.transformer import Encoder

        return Encoder(self, slot)
