"""One step of every optimizer on one group of batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import Parameter

from thalweg.training.groups import decays, groups
from thalweg.training.phase import Batch, Phase
from thalweg.training.settings import Train


@dataclass(frozen=True)
class Stepper:
    """A phase with its optimizer."""

    phase: Phase
    optimizer: torch.optim.Optimizer
    weights: tuple[Parameter, ...]
    """The matrices that penalties act on."""
    decayed: tuple[tuple[list[Parameter], float], ...]
    """Parameters that fade though their optimizer does not know how."""

    def step(
        self, batches: Sequence[Batch], rate: float, settings: Train, autocast: torch.autocast
    ) -> Tensor:
        """Move the phase's parameters once; the mean loss over the batches, on the device."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        losses = [self._backward(batch, len(batches), autocast) for batch in batches]
        self._penalise(settings)
        if settings.clip is not None:
            nn.utils.clip_grad_norm_(self.phase.parameters, settings.clip)
        self._fade(rate)
        self.optimizer.step()
        return losses[0] if len(losses) == 1 else torch.stack(losses).mean()

    def _backward(self, batch: Batch, parts: int, autocast: torch.autocast) -> Tensor:
        with autocast:
            loss = self.phase.loss(batch)
        (loss / parts if parts > 1 else loss).backward()
        return loss.detach()

    @torch.no_grad()
    def _penalise(self, settings: Train) -> None:
        if not (settings.l1 or settings.l2):
            return
        for weight in self.weights:
            if weight.grad is not None:
                weight.grad.add_(weight, alpha=settings.l2).add_(weight.sign(), alpha=settings.l1)

    @torch.no_grad()
    def _fade(self, rate: float) -> None:
        for parameters, decay in self.decayed:
            for parameter in parameters:
                parameter.mul_(1 - rate * decay)


def steppers(model: nn.Module, phases: Sequence[Phase], settings: Train) -> list[Stepper]:
    """A stepper for each phase, its optimizer new."""
    decay = decays(model)
    made = []
    for phase in phases:
        optimizer = settings.optimizer.build(groups(phase.parameters, decay))
        left = tuple((g["params"], g["decay"]) for g in optimizer.param_groups if g["decay"])
        weights = tuple(parameter for parameter in phase.parameters if decay.get(parameter, 0.0) is None)
        made.append(Stepper(phase, optimizer, weights, left))
    return made


def update(
    made: Sequence[Stepper], batches: Sequence[Batch], rate: float, settings: Train, autocast: torch.autocast
) -> Tensor:
    """The phases take their turns on the same batches; the sum of their last losses, on the device."""
    losses = []
    for stepper in made:
        with only(stepper, made):
            for _ in range(stepper.phase.steps):
                loss = stepper.step(batches, rate, settings, autocast)
        losses.append(loss)
    return losses[0] if len(losses) == 1 else torch.stack(losses).sum()


@contextmanager
def only(chosen: Stepper, made: Sequence[Stepper]) -> Iterator[None]:
    """Gradients for one phase's parameters; those of other phases pass them on and get none."""
    mine = set(chosen.phase.parameters)
    others = [p for stepper in made if stepper is not chosen for p in stepper.phase.parameters]
    resting = [p for p in others if p not in mine and p.requires_grad]
    try:
        for parameter in resting:
            parameter.requires_grad_(False)
        yield
    finally:
        for parameter in resting:
            parameter.requires_grad_(True)
