"""An exponential moving average of weights (Polyak & Juditsky, 1992), which is steadier than the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """The running average of a model's parameters.

    The decay after t steps is min(decay, (1 + t) / (10 + t)), so that the random start is soon forgotten.
    """

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.names = [name for name, _ in model.named_parameters()]
        self.parameters = list(model.parameters())
        self.means = [parameter.detach().clone() for parameter in self.parameters]

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Take in the weights after `step` updates."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for mean, parameter in zip(self.means, self.parameters, strict=True):
            mean.lerp_(parameter, 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The model with the averages as its weights."""
        self.swap()
        try:
            yield
        finally:
            self.swap()

    def swap(self) -> None:
        """Exchange the weights and their averages."""
        for index, parameter in enumerate(self.parameters):
            parameter.data, self.means[index] = self.means[index], parameter.data

    def state(self) -> dict[str, Tensor]:
        """The averages by name of parameter."""
        return dict(zip(self.names, self.means, strict=True))

    @torch.no_grad()
    def load(self, state: dict[str, Tensor]) -> None:
        """Take averages from a checkpoint."""
        for name, mean in zip(self.names, self.means, strict=True):
            mean.copy_(state[name])
