"""Groups of points: k-means with a chosen k and HDBSCAN, and whether there are groups at all."""

# pyright: reportArgumentType=false
# (scikit-learn's settings have no types but those of their defaults, which are words)

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from thalweg.mine.chance import beyond
from thalweg.mine.matrix import shuffled

JUDGED = 800  # points whose silhouette is taken: each is measured against all others
COMPARED = 1_000  # points grouped again after each shuffle
SHUFFLES = 19
RESAMPLES = 5  # of four in five points each
DENSE = 4_000  # points for HDBSCAN, whose time grows faster than their number


@dataclass(frozen=True)
class Groups:
    """Labels (N,) of points, -1 being in no group; `score` is the mean silhouette, `centres` (K, D)."""

    labels: np.ndarray
    score: float
    centres: np.ndarray

    @property
    def count(self) -> int:
        return int(self.labels.max(initial=-1)) + 1


@dataclass(frozen=True)
class Guard:
    """Whether groups are real: `p` against shuffled columns, `stability` the adjusted Rand index over resamples."""

    p: float
    stability: float


Method = Callable[[np.ndarray, int], Groups]


def k_means(counts: Sequence[int]) -> Method:
    """Mini-batch k-means (Sculley 2010) with the k of the greatest mean silhouette (Rousseeuw 1987) on a sample."""

    def group(points: np.ndarray, seed: int) -> Groups:
        from sklearn.cluster import MiniBatchKMeans

        found = []
        for k in counts:
            if k >= len(points):
                continue
            model = MiniBatchKMeans(k, batch_size=1024, n_init=2, max_iter=30, random_state=seed).fit(points)
            labels = np.asarray(model.labels_)
            found.append(Groups(labels, silhouette(points, labels), np.asarray(model.cluster_centers_)))
        return max(found, key=lambda each: each.score, default=_none(points))

    return group


def by_density(least: float) -> Method:
    """HDBSCAN (Campello 2013) with groups of at least a share of the points; its score counts what it groups."""

    def group(points: np.ndarray, seed: int) -> Groups:
        from sklearn.cluster import HDBSCAN

        size = max(int(least * len(points)), 5)
        labels = HDBSCAN(min_cluster_size=size, copy=True).fit(points).labels_
        grouped = labels >= 0
        if labels.max(initial=-1) < 1:
            return _none(points)
        centres = np.stack([points[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
        score = silhouette(points[grouped], labels[grouped]) * grouped.mean()
        return Groups(labels, float(score), centres)

    return group


def judge(
    points: np.ndarray, spans: Sequence[tuple[int, int]], group: Method, seed: int, shuffles: int = SHUFFLES
) -> Guard:
    """How often shuffled columns give as clear groups, and how alike the groups of resamples are."""
    some, rng = points[:COMPARED], np.random.default_rng(seed)
    seen = group(some, seed).score
    if seen <= 0:
        return Guard(1.0, 0.0)
    chance = [group(shuffled(some, spans, rng), seed).score for _ in range(shuffles)]
    return Guard(beyond(seen, chance), _stability(some, group, seed, rng))


def silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    """The mean silhouette of the first points; -1 where there is one group only."""
    from sklearn.metrics import silhouette_score

    points, labels = points[:JUDGED], labels[:JUDGED]
    kinds = len(np.unique(labels))
    return float(silhouette_score(points, labels)) if 1 < kinds < len(labels) else -1.0


def _stability(points: np.ndarray, group: Method, seed: int, rng: np.random.Generator) -> float:
    from sklearn.metrics import adjusted_rand_score

    whole = group(points, seed).labels
    alike = []
    for number in range(RESAMPLES):
        chosen = np.sort(rng.permutation(len(points))[: len(points) * 4 // 5])
        alike.append(adjusted_rand_score(whole[chosen], group(points[chosen], seed + 1 + number).labels))
    return float(np.mean(alike))


def _none(points: np.ndarray) -> Groups:
    return Groups(np.full(len(points), -1), -1.0, np.zeros((0, points.shape[1])))
