"""The simplest model of one column: the mean target of each of its values, learnt on one half, judged on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

MOST_BINS = 1024
ROWS_A_BIN = 20  # at least, of the half that is learnt from
MOST_CLASSES = 20
FEWEST = 10  # rows of a class, and of its opposite, in each half
CAUTION = 1.0  # rows of the overall mean added to each value's own


@dataclass(frozen=True)
class Column:
    """Values (n,) float64. Ordered ones are numbers, NaN where missing; others are codes."""

    values: np.ndarray
    ordered: bool


@dataclass(frozen=True)
class Truth:
    """Targets (n, K) float64, each judged by itself, then weighted (K,); `learn` (n,) marks the half learnt from."""

    targets: np.ndarray
    weights: np.ndarray
    learn: np.ndarray
    metric: Literal["roc_auc", "r2"]

    @classmethod
    def of_numbers(cls, values: np.ndarray, learn: np.ndarray) -> Truth | None:
        """A number to predict. None where a half has too few rows or does not vary."""
        finite = np.where(np.isfinite(values), values, np.nan)
        halves = (finite[learn], finite[~learn])
        if any(np.isfinite(half).sum() < 2 * FEWEST or np.nanmin(half) == np.nanmax(half) for half in halves):
            return None
        return cls(finite[:, None], np.ones(1), learn, "r2")

    @classmethod
    def of_classes(cls, codes: np.ndarray, learn: np.ndarray) -> Truth | None:
        """Classes to tell apart, the most frequent ones. None where there are not two with enough rows."""
        classes, rows = np.unique(codes, return_counts=True)
        classes = classes[np.argsort(-rows, kind="stable")][:MOST_CLASSES]
        targets = (codes[:, None] == classes).astype(float)
        if len(classes) == 2:  # one against the other is the other against the one
            targets = targets[:, :1]
        enough = np.ones(targets.shape[1], dtype=bool)
        for half in (targets[learn], targets[~learn]):
            enough &= (half.sum(axis=0) >= FEWEST) & ((1 - half).sum(axis=0) >= FEWEST)
        if not enough.any():
            return None
        return cls(targets[:, enough], targets[:, enough].sum(axis=0), learn, "roc_auc")


def judge(column: Column, truth: Truth) -> float:
    """The metric of the column's model on the half it did not learn from, averaged over the targets, 0 at least."""
    groups, count = _groups(column, truth.learn)
    scores = [_score(column, groups, count, target, truth) for target in truth.targets.T]
    return float(np.average(scores, weights=truth.weights))


def _score(column: Column, groups: np.ndarray, count: int, target: np.ndarray, truth: Truth) -> float:
    known = np.isfinite(target)
    learn, test = truth.learn & known, ~truth.learn & known
    means = _means(groups[learn], target[learn], count)
    if truth.metric == "roc_auc":
        return _roc_auc(means, groups[test], target[test])
    straight = _r2(_line(column.values, target, learn)[test], target[test]) if column.ordered else 0.0
    return max(_r2(means[groups[test]], target[test]), straight, 0.0)


def _groups(column: Column, learn: np.ndarray) -> tuple[np.ndarray, int]:
    """The group (n,) of each row, in [0, count): its value, or its quantile bin; the last is for missing."""
    values, missing = column.values, np.isnan(column.values)
    different = np.unique(values[~missing])
    most = int(np.clip(learn.sum() // ROWS_A_BIN, FEWEST, MOST_BINS))
    if column.ordered and len(different) > most:
        shares = np.linspace(0, 1, most + 1)[1:-1]
        different = (
            np.unique(np.quantile(values[learn & ~missing], shares))
            if (learn & ~missing).any()
            else different[:1]
        )
    groups = np.searchsorted(different, values, side="right")
    groups[missing] = len(different) + 1
    return groups, len(different) + 2


def _means(groups: np.ndarray, target: np.ndarray, count: int) -> np.ndarray:
    """The mean target of each group (count,), drawn a little towards the mean of all: that of an unseen group."""
    rows = np.bincount(groups, minlength=count)
    sums = np.bincount(groups, weights=target, minlength=count)
    return (sums + CAUTION * target.mean()) / (rows + CAUTION)


def _line(values: np.ndarray, target: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """Predictions (n,) of the least-squares line; the mean where the value is missing."""
    used = learn & np.isfinite(values)
    mean = target[learn].mean()
    if not used.any() or values[used].min() == values[used].max():
        return np.full(len(values), mean)
    centre, scale = values[used].mean(), values[used].std()
    z = (values - centre) / scale
    slope = ((target[used] - target[used].mean()) * z[used]).mean()
    return np.where(np.isfinite(values), target[used].mean() + slope * z, mean)


def _r2(predicted: np.ndarray, target: np.ndarray) -> float:
    """The share of the target's variance that predictions explain."""
    return 1 - float(np.square(target - predicted).sum() / np.square(target - target.mean()).sum())


def _roc_auc(means: np.ndarray, groups: np.ndarray, target: np.ndarray) -> float:
    """The area under the ROC curve of group means as scores, groups of equal mean counting half."""
    scores, same = np.unique(means, return_inverse=True)
    positive = np.bincount(same[groups], weights=target, minlength=len(scores))
    negative = np.bincount(same[groups], weights=1 - target, minlength=len(scores))
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum()))
