"""Convolutions over time that see what came before, further back with every level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class Temporal(Body):
    """Dilated causal convolutions with residual connections over the steps of a series, read at the latest step.

    (Bai et al., An Empirical Evaluation of Generic Convolutional and Recurrent Networks, 2018.) Level n looks at steps
    2ⁿ apart. `{temporal: 64}` sets the channels.
    """

    kind = "temporal"
    reads: ClassVar[tuple[Block, ...]] = ("series",)

    channels: Annotated[int, Field(ge=1)] = 32
    """Of each level."""
    kernel: Annotated[int, Field(ge=2, le=31)] = 3
    """Steps that a convolution looks at."""
    levels: Annotated[int, Field(ge=1, le=16)] | Literal["auto"] = "auto"
    """Blocks of two convolutions, one above the other; `auto`: so many that the latest step sees the first."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"channels": value} if isinstance(value, int) else value

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.temporal import Levels

        return Levels(self, slot)
