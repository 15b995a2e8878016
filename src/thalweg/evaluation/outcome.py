"""What an output is, told by its fitted target, and which way its metrics are better."""

from __future__ import annotations

from typing import Literal

import numpy as np

from thalweg.tasks.structured import StructuredTarget
from thalweg.tasks.task import Target

Better = Literal["higher", "lower"]

SURE = 0.99  # the probability a perfect prediction gives to the truth: 1 would make log loss infinite


def labels(target: Target) -> tuple[str, ...] | None:
    """The classes in the order of `y`, as a person reads them; None for a value."""
    classes = getattr(target, "classes", None)
    return None if classes is None else tuple(named(label) for label in classes)


def named(value: object) -> str:
    """A value as SQL and YAML write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def directions(target: Target, y: np.ndarray) -> dict[str, Better | None]:
    """Which way each metric is better: told by the target, or found by asking a perfect prediction and a wrong one.

    None where both score the same, such as a mean error that is 0 for either.
    """
    if isinstance(target, StructuredTarget):
        return {**target.better, target.monitor.metric: target.monitor.better}
    right, wrong = _right_and_wrong(target, np.unique(y)[:1000])
    found: dict[str, Better | None] = {metric: _better(best, wrong[metric]) for metric, best in right.items()}
    return {**found, target.monitor.metric: target.monitor.better}


def _better(right: float, wrong: float) -> Better | None:
    close = 1e-6 * (1 + abs(right) + abs(wrong))
    if not np.isfinite(right - wrong) or abs(right - wrong) < close:
        return None
    return "higher" if right > wrong else "lower"


def _right_and_wrong(target: Target, y: np.ndarray) -> tuple[dict[str, float], dict[str, float]]:
    shape = target.outcome
    if shape == "value":
        twice, far = np.repeat(y, 2).astype(np.float64), 1.0 + np.ptp(y)
        above_and_below = twice + np.tile([far, -far], len(y))  # so that the mean error is 0
        return target.metrics(twice, twice[:, None]), target.metrics(twice, above_and_below[:, None])
    if shape == "two classes":
        p = np.where(y == 1, SURE, 1 - SURE)[:, None]
        return target.metrics(y, p), target.metrics(y, 1 - p)
    p = np.full((len(y), target.width), (1 - SURE) / (target.width - 1))
    p[np.arange(len(y)), y] = SURE
    return target.metrics(y, p), target.metrics(y, np.roll(p, 1, axis=1))
