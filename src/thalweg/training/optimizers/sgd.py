"""Straight down the gradient."""

from __future__ import annotations

import torch

from thalweg.training.optimizers.optimizer import Groups, Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent: w ← w − rate × gradient. Needs a rate about 100 times that of Adam."""

    kind = "sgd"

    def build(self, groups: Groups) -> torch.optim.Optimizer:
        return torch.optim.SGD(groups, fused=True)
