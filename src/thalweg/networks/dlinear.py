"""Lines through the trend of a series and through the rest of it: simple, and hard to beat in forecasting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class DLinear(Body):
    """A weight for each step of a series' moving average, and one for each step of what that leaves.

    (Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023.) Without `layers`, outputs are linear
    in the steps, as in the paper; unlike there, each has weights for all channels, and at the ends the average is of
    the steps that there are. `{dlinear: 25}` sets the window.
    """

    kind = "dlinear"
    reads: ClassVar[tuple[Block, ...]] = ("series",)

    window: Annotated[int, Field(ge=1)] = 25
    """Steps about each that the moving average is taken over."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"window": value} if isinstance(value, int) else value

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.dlinear import Parts

        return Parts(slot, self.window)
