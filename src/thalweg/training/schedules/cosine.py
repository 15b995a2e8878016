"""A learning rate that falls along half a wave."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from thalweg.training.schedules.schedule import Moment, Schedule


class Cosine(Schedule):
    """The learning rate falls along a cosine (Loshchilov & Hutter, ICLR 2017), slowly at first and at last."""

    kind = "cosine"
    preference = 1

    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of all steps in which the rate rises evenly from nothing."""
    end: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of the learning rate that is left at the last step."""

    def shape(self, done: float, moment: Moment) -> float:
        return self.end + (1 - self.end) * (1 + math.cos(math.pi * done)) / 2
