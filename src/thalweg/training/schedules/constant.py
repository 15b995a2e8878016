"""One learning rate throughout."""

from __future__ import annotations

from thalweg.training.schedules.schedule import Moment, Schedule


class Constant(Schedule):
    """The learning rate as written, from first to last."""

    kind = "constant"

    def shape(self, done: float, moment: Moment) -> float:
        return 1.0
