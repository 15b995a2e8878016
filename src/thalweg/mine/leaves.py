"""Simple decision rules: the leaves of a shallow tree as sentences, judged on rows that the tree did not see."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thalweg.mine.chance import holm, said
from thalweg.mine.matrix import Numbers, Scale

FEWEST = 0.01  # share of the rows in a leaf, at least
Path = tuple[tuple[int, bool, float], ...]


@dataclass(frozen=True)
class Leaf:
    """Rows for which all of `when` is true. `value` is the class that is more common there, or None of a number.

    `share` is that class's share, or the mean, of the leaf's learning rows; `checked` of its held-out rows; `base` of
    all held-out rows. `p` is of the held-out rows, corrected.
    """

    target: str
    when: tuple[str, ...]
    value: str | None
    rows: int
    share: float
    held_out: int
    checked: float
    base: float
    p: float = 1.0

    @property
    def sentence(self) -> str:
        told = f"When {' and '.join(self.when)}: {self._then} {self._amount(self.share)} ({self.rows:,} rows)"
        checked = f"held out {self._amount(self.checked)} of {self.held_out:,} rows"
        return f"{told}; {checked}, of all {self._amount(self.base)}."

    @property
    def cells(self) -> tuple[str, ...]:
        amounts = (self._amount(self.checked), self._amount(self.base))
        counts = (f"{self.rows:,}", f"{self.held_out:,}")
        return (
            " and ".join(self.when),
            f"{self._then} {self._amount(self.share)}",
            *counts,
            *amounts,
            said(self.p),
        )

    def written(self) -> dict[str, Any]:
        """As JSON values."""
        return {**vars(self), "when": list(self.when)}

    @property
    def _then(self) -> str:
        return f"the mean {self.target} is" if self.value is None else f"{self.target} is {self.value} in"

    def _amount(self, value: float) -> str:
        return f"{value:,.4g}" if self.value is None else f"{value:.1%}"


def leaves_of(
    scale: Scale, learnt: pa.Table, kept: pa.Table, target: str, number: bool, depth: int, seed: int
) -> list[Leaf]:
    """The leaves of a tree of the learning rows, judged on the rows kept, surest first."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    points, others = scale.points(learnt), scale.points(kept)
    y, z = _truth(learnt[target], number), _truth(kept[target], number)
    kind = DecisionTreeRegressor if number else DecisionTreeClassifier
    tree = kind(max_depth=depth, min_samples_leaf=max(int(FEWEST * len(y)), 5), random_state=seed).fit(
        points, y
    )
    if tree.get_n_leaves() < 2:
        return []
    here, there = tree.apply(points), tree.apply(others)
    made = []
    for leaf, path in _paths(tree.tree_):
        inside, checked = here == leaf, there == leaf
        if checked.sum() < 2:
            continue
        made.append(_leaf(target, _words(scale, path), y, z, inside, checked, number))
    p = holm([p for _, p in made])
    found = [replace(leaf, p=float(value)) for (leaf, _), value in zip(made, p, strict=True)]
    return sorted(found, key=lambda leaf: (leaf.p, -abs(leaf.checked - leaf.base), leaf.when))


def _truth(column: pa.ChunkedArray, number: bool) -> np.ndarray:
    if number:
        return pc.cast(column, pa.float64(), safe=False).to_numpy()
    return np.array(pc.cast(column, pa.string()).to_pylist())


def _leaf(
    target: str,
    when: tuple[str, ...],
    y: np.ndarray,
    z: np.ndarray,
    inside: np.ndarray,
    checked: np.ndarray,
    number: bool,
) -> tuple[Leaf, float]:
    from scipy.stats import binomtest, ttest_ind_from_stats

    if number:
        rest = z[~checked]
        flat = len(rest) < 2 or np.ptp(z) == 0
        p = (
            1.0
            if flat
            else float(ttest_ind_from_stats(*_moments(z[checked]), *_moments(rest), equal_var=False).pvalue)
        )
        return Leaf(target, when, None, int(inside.sum()), float(y[inside].mean()), int(checked.sum()),
                    float(z[checked].mean()), float(z.mean())), p  # fmt: skip
    value = max(np.unique(y), key=lambda one: float(np.mean(y[inside] == one) - np.mean(y == one)))
    hits, base = z[checked] == value, float(np.mean(z == value))
    p = (
        float(binomtest(int(hits.sum()), len(hits), base, alternative="greater").pvalue)
        if 0 < base < 1
        else 1.0
    )
    return Leaf(target, when, str(value), int(inside.sum()), float(np.mean(y[inside] == value)), len(hits),
                float(hits.mean()), base), p  # fmt: skip


def _moments(values: np.ndarray) -> tuple[float, float, int]:
    """Mean, deviation and number; a leaf may hold one value many times, of which the deviation is 0."""
    return float(values.mean()), float(values.std(ddof=1)), len(values)


def _paths(tree: Any) -> list[tuple[int, Path]]:
    """Each leaf and the questions that lead to it: dimension, whether it is at most the threshold, threshold."""
    found: list[tuple[int, Path]] = []
    waiting: list[tuple[int, Path]] = [(0, ())]
    while waiting:
        node, path = waiting.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            found.append((node, path))
            continue
        asked = int(tree.feature[node]), float(tree.threshold[node])
        waiting += [
            (right, (*path, (asked[0], False, asked[1]))),
            (left, (*path, (asked[0], True, asked[1]))),
        ]
    return found


def _words(scale: Scale, path: Path) -> tuple[str, ...]:
    """The questions in words, of each column's bounds the narrowest."""
    words: dict[tuple[int, bool], str] = {}
    for dimension, below, threshold in path:
        words[dimension, below] = _asked(scale, dimension, below, threshold)
    return tuple(words.values())


def _asked(scale: Scale, dimension: int, below: bool, threshold: float) -> str:
    spans: Sequence[tuple[int, int]] = scale.spans
    place = next(i for i, (start, stop) in enumerate(spans) if start <= dimension < stop)
    column = scale.columns[place]
    if isinstance(column, Numbers):
        return f"{column.name} {'≤' if below else '>'} {threshold * column.width + column.middle:,.6g}"
    value = column.values[dimension - spans[place][0]]
    return f"{column.name} {'is not' if below else 'is'} {value}"
