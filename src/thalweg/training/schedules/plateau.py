"""A learning rate that falls when validation stops getting better."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from thalweg.training.schedules.schedule import Moment, Schedule


class Plateau(Schedule):
    """The learning rate is multiplied by `drop` whenever `patience` epochs pass without a better validation."""

    kind = "plateau"

    patience: Annotated[int, Field(ge=1)] = 2
    """Epochs without a better one before a drop."""
    drop: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """What the rate is multiplied with."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A whole number is the patience: `plateau: 3`."""
        return {"patience": value} if isinstance(value, int) else value

    def shape(self, done: float, moment: Moment) -> float:
        return self.drop ** self._drops(moment.scores)

    def _drops(self, scores: tuple[float, ...]) -> int:
        """How often the scores stood still for the whole patience."""
        best, waited, drops = float("-inf"), 0, 0
        for score in scores:
            waited = 0 if score > best else waited + 1
            best = max(best, score)
            if waited == self.patience:
                drops, waited = drops + 1, 0
        return drops
