"""A learning rate that rises, then falls to almost nothing."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from thalweg.training.schedules.schedule import Moment, Schedule


class OneCycle(Schedule):
    """Up to the learning rate and down again, both along a cosine (Smith & Topin, 2018). Momentum stays as it is."""

    kind = "one_cycle"

    rise: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """The share of steps in which the rate rises."""
    start: Annotated[float, Field(gt=0, le=1)] = 0.04
    """The share of the learning rate it starts from."""
    end: Annotated[float, Field(ge=0, le=1)] = 1e-5
    """The share of the learning rate it ends with."""

    def shape(self, done: float, moment: Moment) -> float:
        if done < self.rise:
            return _wave(self.start, 1.0, done / self.rise)
        return _wave(1.0, self.end, (done - self.rise) / (1 - self.rise))


def _wave(first: float, last: float, done: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * done)) / 2
