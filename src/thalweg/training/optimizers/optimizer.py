"""An optimizer: how parameters follow their gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from thalweg.core.component import Component

if TYPE_CHECKING:
    from torch import optim

Groups = list[dict[str, Any]]


class Optimizer(Component, ABC):
    """How parameters follow their gradient.

    The step size is `learning_rate` of the training settings times what the schedule says.
    """

    preference: ClassVar[int] = 0
    """The kind with the highest preference is the default."""

    @abstractmethod
    def build(self, groups: Groups) -> optim.Optimizer:
        """A torch optimizer of parameter groups; the loop sets the rate `lr` of each before every step.

        The key `decay` of a group is the share of a parameter taken off at each step, times the rate:
        None leaves it to the optimizer.
        """
