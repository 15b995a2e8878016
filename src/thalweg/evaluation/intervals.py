"""How sure a metric is: 95% intervals from resampling the test rows, the same resamples for every model.

Poisson bootstrap: each row counts Poisson(1) times (Hanley and MacGibbon, 2006). Above 200,000 rows, the bag
of little bootstraps (Kleiner et al., 2014): disjoint subsets whose rows count Poisson(n / subset) times, so
that the work stays bounded and the intervals are those of all n rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from thalweg.tasks.structured import StructuredTarget
from thalweg.tasks.task import Target

Judge = Callable[[np.ndarray, np.ndarray, np.ndarray | None], dict[str, float]]
"""Metrics from y, p and weight."""

WHOLE = 200_000  # rows up to which every resample counts all of them
SUBSETS, SUBSET = 4, 50_000
LOW, HIGH = 2.5, 97.5


class Interval(NamedTuple):
    """A metric on all rows and its 95% percentile interval; bounds are None where they can't be told."""

    value: float | None
    low: float | None
    high: float | None

    def written(self) -> dict[str, float | None]:
        return self._asdict()


@dataclass(frozen=True)
class Resampled:
    """Metrics of several models: on all rows, and on each resample (R,), the same ones for every model."""

    values: Mapping[str, Mapping[str, float]]
    draws: Mapping[str, Mapping[str, np.ndarray]]

    def interval(self, model: str, metric: str) -> Interval:
        """The metric of one model."""
        return _interval(self.values[model][metric], self.draws[model][metric])

    def difference(self, model: str, rival: str, metric: str) -> Interval:
        """The metric of one model minus that of another on the same rows: a paired comparison."""
        value = self.values[model][metric] - self.values[rival][metric]
        return _interval(value, self.draws[model][metric] - self.draws[rival][metric])


def _interval(value: float, draws: np.ndarray) -> Interval:
    finite = draws[np.isfinite(draws)]
    if not np.isfinite(value):
        return Interval(None, None, None)
    if len(finite) < max(20, len(draws) // 2):
        return Interval(float(value), None, None)
    low, high = np.percentile(finite, [LOW, HIGH])
    return Interval(float(value), float(low), float(high))


def resample(
    target: Target, y: np.ndarray, predictions: Mapping[str, np.ndarray], resamples: int, seed: int
) -> Resampled:
    """Judge every model on all rows and on the same resamples of them. The same seed gives the same bits."""
    judge: Judge = target.metrics
    if isinstance(
        target, StructuredTarget
    ):  # judged once; what was found of a row is summed as often as needed
        predictions, y = {model: target.facts(y, p) for model, p in predictions.items()}, np.empty(len(y))
        judge = lambda _, facts, weight=None: target.score(facts, weight)  # noqa: E731
    values = {model: judge(y, p, None) for model, p in predictions.items()}
    draws = {
        model: {metric: np.full(resamples, np.nan) for metric in found} for model, found in values.items()
    }
    done = 0
    for index, count in _subsets(len(y), resamples, seed):
        for model, p in predictions.items():
            _draw(
                judge,
                y[index],
                p[index],
                len(y),
                seed + done,
                values[model],
                _cut(draws[model], done, count),
            )
        done += count
    return Resampled(values, draws)


def _subsets(rows: int, resamples: int, seed: int) -> Iterator[tuple[np.ndarray, int]]:
    """Rows to draw from, and how many resamples to draw from them."""
    if rows <= WHOLE:
        yield np.arange(rows), resamples
        return
    shuffled = np.random.default_rng([seed, rows]).permutation(rows)
    for turn in range(SUBSETS):
        count = resamples * (turn + 1) // SUBSETS - resamples * turn // SUBSETS
        yield np.sort(shuffled[turn * SUBSET : (turn + 1) * SUBSET]), count


def _cut(draws: Mapping[str, np.ndarray], start: int, count: int) -> dict[str, np.ndarray]:
    return {metric: values[start : start + count] for metric, values in draws.items()}


def _draw(
    judge: Judge,
    y: np.ndarray,
    p: np.ndarray,
    rows: int,
    seed: int,
    values: Mapping[str, float],
    into: Mapping[str, np.ndarray],
) -> None:
    """Fill the draws of one model from one subset, moved so that they spread about the metric of all rows."""
    order = np.argsort(p[:, 0], kind="stable")[::-1]  # metrics that sort by score then find the rows sorted
    y, p = y[order], p[order]
    whole = values if len(y) == rows else judge(y, p, None)
    rate = rows / max(len(y), 1)
    for turn in range(len(next(iter(into.values()), ()))):
        weight = np.random.default_rng([seed, turn]).poisson(rate, len(y)).astype(np.float64)[order]
        if not weight.any():
            continue  # a resample without rows, of a handful of them: nothing to judge
        for metric, value in judge(y, p, weight).items():
            if metric in into:
                into[metric][turn] = value - whole[metric] + values[metric]
