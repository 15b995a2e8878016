"""Rows that are easily told from all others: an isolation forest (Liu 2008), kept as plain numbers."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from thalweg.mine.detection import SHUFFLES, Detection
from thalweg.mine.each_row import total
from thalweg.mine.matrix import Numbers, Scale, shuffled


class Forest(BaseModel):
    """Its trees, whose nodes are numbered through. A node asks whether a dimension is at most a threshold; then left.

    `path` is what a leaf adds to the length of a row's path: its depth, and what its training rows would still need.
    `usual` is the length at which the score is a half.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["isolation_forest"] = "isolation_forest"
    roots: tuple[int, ...]
    dimension: tuple[int, ...]
    """-1 of a leaf."""
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    path: tuple[float, ...]
    usual: float
    depth: int

    def scores(self, points: np.ndarray) -> np.ndarray:
        """Of points (N, D), from 0 to 1 (N,): the higher, the easier to isolate."""
        dimension, threshold, left, right, path = self._arrays
        single = points.astype(np.float32)  # as the trees were grown
        node = np.repeat(np.array(self.roots, np.int32)[:, None], len(points), axis=1)
        rows = np.arange(len(points), dtype=np.int32)
        for _ in range(self.depth):
            goes_left = single[rows, dimension[node]] <= threshold[node]
            node = np.where(goes_left, left[node], right[node])
        return np.exp2(-total(path[node]) / (len(self.roots) * self.usual))

    @cached_property
    def _arrays(self) -> tuple[np.ndarray, ...]:
        """The nodes as arrays; a leaf leads to itself."""
        own = np.arange(len(self.path), dtype=np.int32)
        dimension = np.array(self.dimension, np.int32)
        leaf = dimension < 0
        left, right = (np.where(leaf, own, np.array(to, np.int32)) for to in (self.left, self.right))
        return np.maximum(dimension, 0), np.array(self.threshold), left, right, np.array(self.path)


def isolated(points: np.ndarray, scale: Scale, trees: int, seed: int) -> Detection:
    """Scores of rows (N, D); by chance, the greatest score that any row of a shuffled table gets from its own forest.

    A column's share is by how much the score falls when the usual value stands there: the median, the most frequent
    category.
    """
    forest = _grown(points, trees, seed)
    rng = np.random.default_rng(seed)
    greatest = []
    for _ in range(SHUFFLES):
        mixed = shuffled(points, scale.spans, rng)
        greatest.append(float(-_grown(mixed, trees, seed).score_samples(mixed).min()))

    def shares(at: int) -> np.ndarray:
        scores = -forest.score_samples(_with_usual_values(scale, points[at]))
        return scores[-1] - scores[:-1]

    return Detection(-forest.score_samples(points), max(greatest), shares, lambda: kept(forest))


def kept(forest: Any) -> Forest:
    """A forest of scikit-learn as plain numbers."""
    trees = [each.tree_ for each in forest.estimators_]
    starts = np.cumsum([0, *(tree.node_count for tree in trees)])
    joined: dict[str, list[Any]] = {"dimension": [], "threshold": [], "left": [], "right": [], "path": []}
    deepest = 0
    for tree, start in zip(trees, starts, strict=False):
        depths = _depths(tree)
        deepest = max(deepest, int(depths.max()))
        leaf = tree.children_left < 0
        joined["dimension"] += np.where(leaf, -1, tree.feature).tolist()
        joined["threshold"] += np.where(leaf, 0.0, tree.threshold).tolist()
        joined["left"] += (tree.children_left + start).tolist()
        joined["right"] += (tree.children_right + start).tolist()
        joined["path"] += np.where(leaf, depths + average_path(tree.n_node_samples), 0.0).tolist()
    usual = float(average_path(np.array([forest.max_samples_]))[0])
    return Forest.model_validate({"roots": starts[:-1].tolist(), "usual": usual, "depth": deepest, **joined})


def average_path(rows: np.ndarray) -> np.ndarray:
    """The mean length of a path that fails to find a value in a search tree of so many rows (Liu 2008, eq. 1)."""
    many = np.maximum(rows, 3).astype(np.float64)
    length = 2.0 * (np.log(many - 1.0) + np.euler_gamma) - 2.0 * (many - 1.0) / many
    return np.select([rows <= 1, rows == 2], [0.0, 1.0], length)


def _grown(points: np.ndarray, trees: int, seed: int) -> Any:
    from sklearn.ensemble import IsolationForest

    return IsolationForest(n_estimators=trees, random_state=seed, n_jobs=1).fit(points)


def _depths(tree: Any) -> np.ndarray:
    """How many questions lead to each node; a node comes after its parent."""
    depths = np.zeros(tree.node_count, np.int64)
    for node in range(tree.node_count):
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depths[child] = depths[node] + 1
    return depths


def _with_usual_values(scale: Scale, point: np.ndarray) -> np.ndarray:
    """The point (D,) with each column's usual value in turn, and at last as it is."""
    changed = np.repeat(point[None], len(scale.columns) + 1, axis=0)
    for place, (column, (start, stop)) in enumerate(zip(scale.columns, scale.spans, strict=True)):
        changed[place, start:stop] = 0.0  # the median
        if not isinstance(column, Numbers):
            changed[place, start] = np.sqrt(2.0)  # the most frequent category comes first
    return changed
