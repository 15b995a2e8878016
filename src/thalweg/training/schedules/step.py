"""A learning rate that falls in steps."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from thalweg.training.schedules.schedule import Moment, Schedule


class Step(Schedule):
    """The learning rate is multiplied by `drop` after every `every` epochs."""

    kind = "step"

    every: Annotated[int, Field(ge=1)] = 10
    """Epochs between two drops."""
    drop: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What the rate is multiplied with."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A whole number is the epochs between two drops: `step: 5`."""
        return {"every": value} if isinstance(value, int) else value

    def shape(self, done: float, moment: Moment) -> float:
        return self.drop ** (moment.epoch // self.every)
