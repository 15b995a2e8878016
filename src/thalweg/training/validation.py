"""How good a model is on the validation rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from thalweg.core.errors import TrainingError
from thalweg.training.batches import Batches
from thalweg.training.phase import Batch
from thalweg.training.predict import stream
from thalweg.training.supervised import TARGET, Supervised


@dataclass
class Validation:
    """The loss (a mean over rows) and the metrics of each output."""

    loss: float
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)

    def flat(self) -> dict[str, float | None]:
        """Metrics by name, `output.metric` where there are several outputs; None where one is not defined."""
        several = len(self.metrics) > 1
        return {
            f"{output}.{metric}" if several else metric: value if math.isfinite(value) else None
            for output, metrics in self.metrics.items()
            for metric, value in metrics.items()
        }


def first_rows(batches: Batches, rows: int) -> Iterator[Batch]:
    """Whole batches of the first epoch until there are this many rows: a random sample, as loaders shuffle."""
    batches.set_epoch(0)
    for batch in batches:
        yield batch
        rows -= len(next(iter(batch.values())))
        if rows <= 0:
            return


def validate(model: Supervised, batches: Iterable[Batch], check: Callable[[], None]) -> Validation:
    """Judge a model on batches, in 32 bits. `check` is called between batches and may raise."""
    losses, rows = 0.0, 0
    y: dict[str, list[np.ndarray]] = {name: [] for name in model.targets}
    p: dict[str, list[np.ndarray]] = {name: [] for name in model.targets}
    for batch, found in stream(model, batches):
        check()
        size = len(next(iter(batch.values())))
        losses, rows = losses + size * float(model.loss_of(found, batch)), rows + size
        for name, target in model.targets.items():
            y[name].append(batch[TARGET + name].cpu().numpy())
            p[name].append(target.predict(found[name]))
    if not rows:
        raise TrainingError(
            "expected validation rows, found none",
            hint="give the validation split a larger share: dataset: {split: {fractions: [0.7, 0.15, 0.15]}}",
        )
    metrics = {
        name: target.metrics(np.concatenate(y[name]), np.concatenate(p[name]))
        for name, target in model.targets.items()
    }
    return Validation(losses / rows, metrics)


def score(model: Supervised, validation: Validation) -> float:
    """One number, higher is better: the monitor of a single output, the validation loss where there are several.

    Raises TrainingError where the monitor is not defined on the validation rows.
    """
    if len(model.targets) > 1:
        return -validation.loss
    ((name, target),) = model.targets.items()
    monitor = target.monitor
    value = validation.metrics[name][monitor.metric]
    if not math.isfinite(value):
        raise TrainingError(
            f"expected a {monitor.metric} of {name!r} on the validation rows, found {value}: "
            "it is not defined where all rows have the same value",
            hint="divide the rows another way, such as: dataset: {split: stratified}",
        )
    return value if monitor.better == "higher" else -value
