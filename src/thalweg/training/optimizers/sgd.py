"""Straight down the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thalweg.training.optimizers.optimizer import Groups, Optimizer

if TYPE_CHECKING:
    from torch import optim


class SGD(Optimizer):
    """Stochastic gradient descent: w ← w − rate × gradient. Needs a rate about 100 times that of Adam."""

    kind = "sgd"

    def build(self, groups: Groups) -> optim.Optimizer:
        from torch import optim

        return optim.SGD(groups, fused=True)
