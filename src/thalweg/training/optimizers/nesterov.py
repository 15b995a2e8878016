"""Down a running sum of gradients, looking ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from thalweg.training.optimizers.optimizer import Groups, Optimizer

if TYPE_CHECKING:
    from torch import optim


class Nesterov(Optimizer):
    """Nesterov's accelerated gradient (1983; as in Sutskever et al., 2013): v ← μ v + g, w ← w − rate × (g + μ v)."""

    kind = "nesterov"

    momentum: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """μ, how much of the last step is kept."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A number is the momentum: `nesterov: 0.95`."""
        return {"momentum": value} if isinstance(value, float | int) else value

    def build(self, groups: Groups) -> optim.Optimizer:
        from torch import optim

        return optim.SGD(groups, momentum=self.momentum, nesterov=True, fused=True)
