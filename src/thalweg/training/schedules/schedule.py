"""A schedule: how the learning rate changes while training goes on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from thalweg.core.component import Component


class Moment(NamedTuple):
    """Where training stands.

    `step` of `steps` updates is the next; `epoch` epochs are finished. `scores` holds what the validation rows
    said after each of them, higher is better.
    """

    step: int
    steps: int
    epoch: int
    scores: tuple[float, ...] = ()


class Schedule(Component, ABC):
    """How the learning rate changes: a pure function of the moment, so that training resumes exactly."""

    preference: ClassVar[int] = 0
    """The kind with the highest preference is the default."""

    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of all steps in which the rate rises evenly from nothing."""

    def factor(self, moment: Moment) -> float:
        """What the learning rate is multiplied with."""
        warm = self.warmup * moment.steps
        if moment.step < warm:
            return min(1.0, (moment.step + 1) / warm) * self.shape(0.0, moment)
        return self.shape((moment.step - warm) / max(moment.steps - warm, 1.0), moment)

    @abstractmethod
    def shape(self, done: float, moment: Moment) -> float:
        """The factor after the warm-up, of which the share `done` in [0, 1] is over."""
