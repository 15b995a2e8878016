"""How the network is trained: the section `train` of the user's file."""

from __future__ import annotations

from typing import Literal, cast

from pydantic import Field

from thalweg.core.component import Section, any_kind, kinds
from thalweg.training.optimizers.optimizer import Optimizer
from thalweg.training.schedules.schedule import Schedule


def default_optimizer() -> Optimizer:
    """The optimizer taken where none is written."""
    found = cast("dict[str, type[Optimizer]]", kinds(Optimizer))
    return max(found.values(), key=lambda kind: kind.preference)()


def default_schedule() -> Schedule:
    """The schedule taken where none is written."""
    found = cast("dict[str, type[Schedule]]", kinds(Schedule))
    return max(found.values(), key=lambda kind: kind.preference)()


class Train(Section):
    """How long, how fast and on what the network is trained."""

    epochs: int = Field(default=10, ge=1)
    """How often every training row is seen, at most."""
    batch_size: int = Field(default=1024, ge=1)
    """Rows of a batch."""
    optimizer: any_kind(Optimizer) = Field(default_factory=default_optimizer)  # type: ignore[valid-type]
    """How parameters follow their gradient."""
    learning_rate: float = Field(default=0.004, gt=0)
    """The size of a step, before the schedule."""
    schedule: any_kind(Schedule) = Field(default_factory=default_schedule)  # type: ignore[valid-type]
    """How the learning rate changes while training goes on."""
    l1: float = Field(default=0.0, ge=0)
    """Pull matrices of weights to zero: adds l1 × sign(w) to their gradient."""
    l2: float = Field(default=0.0, ge=0)
    """Pull matrices of weights to zero: adds l2 × w to their gradient. For decoupled decay see the optimizer."""
    clip: float | None = Field(default=1.0, gt=0)
    """Shorten gradients whose norm over all parameters is longer than this; null leaves them."""
    accumulation: int = Field(default=1, ge=1)
    """Batches whose gradients are averaged into one step: a larger batch in the memory of a small one."""
    ema: float | None = Field(default=None, gt=0, lt=1)
    """Judge and keep an exponential moving average of the weights with this decay, such as 0.999."""
    early_stop: int | None = Field(default=3, ge=1)
    """Stop after this many epochs without a better validation; null trains all epochs."""
    validation_rows: int = Field(default=200_000, ge=1)
    """Validation rows judged after each epoch, at most."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Numbers of 32 bits, or of 16 where that is safe; `auto`: 16 on machines that multiply them faster."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute; `auto`: a GPU where there is one."""
    seed: int | None = Field(default=None, ge=0)
    """Fixes initial weights, the order of rows and dropout; null takes the seed of the whole run."""
    checkpoint_seconds: float = Field(default=60.0, gt=0)
    """Write a checkpoint when this long has passed since the last one."""
    checkpoint_steps: int | None = Field(default=None, ge=1)
    """Write a checkpoint every so many steps, too."""
    tensorboard: bool = False
    """Write event files for TensorBoard into the folder of checkpoints."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Stop after this long. How far it gets depends on the machine, so such a run can't be repeated bit for bit."""
