"""Clusters: groups of rows that are alike, each described by what sets it apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.mine.apart import Trait, traits
from thalweg.mine.barred import Barred
from thalweg.mine.chance import ALPHA, said
from thalweg.mine.each_row import squared_distances
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.feature_miner import FeatureMiner, enough
from thalweg.mine.fitted import Fitted
from thalweg.mine.grouping import DENSE, SHUFFLES, Groups, Guard, Method, by_density, judge, k_means
from thalweg.mine.learning_rows import Rows, training_rows
from thalweg.mine.matrix import Scale, scale_of, usable, values_of
from thalweg.mine.miner import Finding

STABLE = 0.6  # adjusted Rand index between the groups of resamples, at least
TRAITS = 4  # told of each cluster
DRAWN = 400  # points of a chart


class FittedClusters(Fitted):
    """The centres (K, D) of k-means. A row is of the nearest, by its number from 1; of two as near, of the first."""

    name: str
    scale: Scale
    centres: tuple[tuple[float, ...], ...]

    @property
    def makes(self) -> dict[str, str]:
        return {self.name: "VARCHAR", f"{self.name}_distance": "DOUBLE"}

    def values(self, batch: pa.RecordBatch) -> list[pa.Array]:
        squares = squared_distances(self.scale.points(batch), self._places)
        nearest = squares.argmin(axis=1)
        numbers = pa.array([str(number) for number in range(1, len(self.centres) + 1)])
        return [numbers.take(pa.array(nearest)), pa.array(np.sqrt(squares.min(axis=1)))]

    @cached_property
    def _places(self) -> np.ndarray:
        return np.array(self.centres, np.float64)


class Clusters(FeatureMiner):
    """Groups of rows that are alike: `{clusters: {columns: [age, income], least: 2, most: 8}}`.

    Mini-batch k-means with the number of clusters of the greatest silhouette, and HDBSCAN on a sample, over numbers
    scaled by their quartiles and the most frequent categories. Clusters are told when they are clearer than those of
    shuffled columns (permutation test) and come again in resamples (adjusted Rand index). `as_features` gives the
    number of a row's cluster of k-means, whether it is told or not, as the category `cluster`, and how far the row is
    from its centre as `cluster_distance`.
    """

    kind: ClassVar[str] = "clusters"
    fitted: ClassVar[type[Fitted]] = FittedClusters

    columns: tuple[str, ...] = ()
    """Columns to compare rows by; all numbers, texts and booleans, where none is named."""
    exclude: tuple[str, ...] = ()
    """Columns to leave out."""
    least: int = Field(2, ge=2)
    """Clusters of k-means, at least."""
    most: int = Field(8, ge=2, le=50)
    """Clusters of k-means, at most."""
    rows: int = Field(100_000, ge=100)
    """Rows to look at; of more, a sample chosen by a hash."""
    seed: int = Field(0, ge=0)
    """Of the first centres, the shuffles and the resamples."""

    @property
    def makes(self) -> tuple[str, ...]:
        name = self.name or "cluster"
        return (name, f"{name}_distance")

    def look(self, table: Table, barred: Barred) -> tuple[Finding, Callable[[], Fitted]]:
        wanted = usable(table, self.columns, self.exclude, barred)
        rows = training_rows(table, wanted, self.rows)
        scale = scale_of(rows.data, table.columns, wanted)
        points = scale.points(rows.data)
        means = self._judged(
            "k-means", k_means(range(self.least, max(self.most, self.least) + 1)), points, scale
        )
        dense = self._judged("HDBSCAN", by_density(0.02), points[:DENSE], scale)
        values = {column.name: values_of(column, rows.data[column.name]) for column in scale.columns}

        def fit() -> Fitted:
            enough(rows, self.kind)
            if means.groups.count < 2:
                raise ComponentError(
                    f"k-means finds no groups in {rows.size}, so there are none to feed the network; "
                    "write as_features: false, or fewer clusters under least"
                )
            inputs = {name: table.columns[name] for name in scale.names}
            centres = tuple(map(tuple, means.groups.centres.tolist()))
            return FittedClusters(inputs=inputs, name=self.makes[0], scale=scale, centres=centres)

        return _told(rows, scale, points, values, [means, dense]), fit

    def _judged(self, name: str, method: Method, points: np.ndarray, scale: Scale) -> Grouping:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # so many small fits would mostly wait for one another's threads
            return Grouping(name, method(points, self.seed), judge(points, scale.spans, method, self.seed))


class Grouping:
    """The groups that one method found, and whether they are to be believed."""

    def __init__(self, name: str, groups: Groups, guard: Guard):
        self.name, self.groups, self.guard = name, groups, guard

    @property
    def found(self) -> bool:
        return self.groups.count > 1 and self.guard.p <= ALPHA and self.guard.stability >= STABLE

    @property
    def verdict(self) -> str:
        """In a sentence."""
        if self.groups.count < 2:
            return f"{self.name} finds no groups."
        proof = f"{said(self.guard.p)} against shuffled columns, agreement of resamples {self.guard.stability:.2f}"
        if self.found:
            return f"{self.name} finds {self.groups.count} clusters (silhouette {self.groups.score:.2f}; {proof})."
        return f"{self.name} finds no groups that are beyond chance and come again ({proof})."


def _told(
    rows: Rows, scale: Scale, points: np.ndarray, values: Mapping[str, np.ndarray], every: list[Grouping]
) -> Finding:
    sentences = [grouping.verdict for grouping in every]
    shown = [grouping for grouping in every if grouping.found]
    grids: list[Grid] = []
    facts = {}
    for grouping in every:
        labels = grouping.groups.labels
        some = {name: column[: len(labels)] for name, column in values.items()}
        told = _described(scale, some, labels) if grouping.found else []
        facts[grouping.name] = _facts(grouping, told)
        if grouping is (shown[0] if shown else None):
            sentences += [
                _sentence(number, size, len(labels), why) for number, (size, why) in enumerate(told, 1)
            ]
        if told:
            grids.append(_grid(grouping, told))
    return Finding(
        title="Rows that are alike",
        size=f"{rows.size}, {len(scale.names)} columns; HDBSCAN and the guard look at fewer of them.",
        guard=f"Columns shuffled {SHUFFLES} times; resamples of four in five rows agree by {STABLE:g} or more.",
        sentences=tuple(sentences),
        facts={"rows": rows.data.num_rows, "of": rows.of, "compared": scale.names, "methods": facts},
        charts=(_chart(points, shown[0]),) if shown else (),
        grids=tuple(grids),
    )


def _described(
    scale: Scale, values: Mapping[str, np.ndarray], labels: np.ndarray
) -> list[tuple[int, list[Trait]]]:
    """The size of each cluster and what sets it apart."""
    return [
        (int((labels == label).sum()), traits(scale.columns, values, labels == label)[:TRAITS])
        for label in range(labels.max() + 1)
    ]


def _facts(grouping: Grouping, told: list[tuple[int, list[Trait]]]) -> dict[str, object]:
    return {
        "found": grouping.found,
        "clusters": grouping.groups.count,
        "silhouette": grouping.groups.score,
        "p": grouping.guard.p,
        "stability": grouping.guard.stability,
        "in_none": float((grouping.groups.labels < 0).mean()),
        "described": [{"rows": size, "traits": [vars(trait) for trait in why]} for size, why in told],
    }


def _sentence(number: int, size: int, rows: int, why: list[Trait]) -> str:
    apart = "; ".join(trait.words for trait in why) or "nothing in particular"
    return f"Cluster {number}, {size:,} rows ({size / rows:.1%}): {apart}."


def _grid(grouping: Grouping, told: list[tuple[int, list[Trait]]]) -> Grid:
    rows = tuple(
        (str(n), f"{size:,}", "; ".join(t.words for t in why) or "–") for n, (size, why) in enumerate(told, 1)
    )
    return Grid(
        title=f"Clusters of {grouping.name}", head=("cluster", "rows", "what sets it apart"), rows=rows
    )


def _chart(points: np.ndarray, grouping: Grouping) -> Chart:
    """The rows along their first two principal components."""
    some, labels = points[:DRAWN], grouping.groups.labels[:DRAWN]
    centred = some - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ directions[:2].T if directions.shape[0] > 1 else np.column_stack([centred, centred * 0])
    traces = tuple(
        Trace(
            shape="points",
            x=tuple(np.round(flat[labels == label, 0], 3).tolist()),
            y=tuple(np.round(flat[labels == label, 1], 3).tolist()),
            name=f"cluster {label + 1}" if label >= 0 else "in none",
        )
        for label in np.unique(labels).tolist()
    )
    return Chart(
        title=f"A sample of rows, by {grouping.name}", traces=traces, x="component 1", y="component 2"
    )
