"""Down a running sum of gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from thalweg.training.optimizers.optimizer import Groups, Optimizer

if TYPE_CHECKING:
    from torch import optim


class Momentum(Optimizer):
    """Gradient descent with momentum (Polyak, 1964): v ← μ v + gradient, w ← w − rate × v."""

    kind = "momentum"

    momentum: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """μ, how much of the last step is kept."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A number is the momentum: `momentum: 0.95`."""
        return {"momentum": value} if isinstance(value, float | int) else value

    def build(self, groups: Groups) -> optim.Optimizer:
        from torch import optim

        return optim.SGD(groups, momentum=self.momentum, fused=True)
