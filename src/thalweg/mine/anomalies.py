"""Anomalies: rows that are easily told from all others, each with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from thalweg.engines.table import ROW, Table
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.learning_rows import Rows, training_rows
from thalweg.mine.matrix import Column, Numbers, Scale, scale_of, shuffled, usable, values_of
from thalweg.mine.miner import Finding, Miner

SHUFFLES = 19
TOLD, SHOWN, REASONS = 5, 30, 3
BINS = 40


@dataclass(frozen=True)
class Anomaly:
    """A row of the table, its score (0 to 1; about 0.5 is usual), and what makes it so, strongest first.

    A reason is a column, its value in words, and by how much the score falls when the usual value stands there.
    """

    row: int
    score: float
    reasons: tuple[tuple[str, str, float], ...]


class Anomalies(Miner):
    """Rows unlike the others: `{anomalies: {columns: [amount, hour]}}`, by isolation forest (Liu 2008).

    A row is told when it is isolated more easily than any row of the same table with each column shuffled: its values
    are rare together, not one by one, which the profile shows. Reasons come from putting the usual value (the median,
    the most frequent category) in the place of each of its values in turn.
    """

    kind: ClassVar[str] = "anomalies"

    columns: tuple[str, ...] = ()
    """Columns to look at; all numbers, texts and booleans, where none is named."""
    exclude: tuple[str, ...] = ()
    """Columns to leave out."""
    rows: int = Field(20_000, ge=100)
    """Rows to look at; of more, a sample chosen by a hash."""
    trees: int = Field(100, ge=10)
    """Trees of the forest."""
    seed: int = Field(0, ge=0)
    """Of the forest and the shuffles."""

    def mine(self, table: Table) -> Finding:
        wanted = usable(table, self.columns, self.exclude)
        rows = training_rows(table, wanted, self.rows)
        scale = scale_of(rows.data, table.columns, wanted)
        points = scale.points(rows.data)
        forest = self._forest(points)
        scores = -forest.score_samples(points)
        threshold = self._threshold(points, scale)
        first = np.argsort(-scores, kind="stable")
        first = first[scores[first] > threshold]
        values = {column.name: values_of(column, rows.data[column.name]) for column in scale.columns}
        places = rows.data[ROW].to_numpy()
        told = [
            Anomaly(int(places[at]), float(scores[at]), _reasons(forest, scale, points, values, int(at)))
            for at in first[:SHOWN]
        ]
        return _told(rows, scale, scores, threshold, told, len(first))

    def _forest(self, points: np.ndarray) -> Any:
        from sklearn.ensemble import IsolationForest

        return IsolationForest(n_estimators=self.trees, random_state=self.seed, n_jobs=1).fit(points)

    def _threshold(self, points: np.ndarray, scale: Scale) -> float:
        """The greatest score that any row of a shuffled table gets from a forest of its own."""
        rng = np.random.default_rng(self.seed)
        greatest = []
        for _ in range(SHUFFLES):
            mixed = shuffled(points, scale.spans, rng)
            greatest.append(float(-self._forest(mixed).score_samples(mixed).min()))
        return max(greatest)


def _reasons(
    forest: Any, scale: Scale, points: np.ndarray, values: Mapping[str, np.ndarray], at: int
) -> tuple[tuple[str, str, float], ...]:
    """Each column's share in a row's score, one usual value at a time."""
    changed = np.repeat(points[at : at + 1], len(scale.columns) + 1, axis=0)
    for place, (column, (start, stop)) in enumerate(zip(scale.columns, scale.spans, strict=True)):
        changed[place, start:stop] = 0.0  # the median
        if not isinstance(column, Numbers):
            changed[place, start] = np.sqrt(2.0)  # the most frequent category comes first
    scores = -forest.score_samples(changed)
    falls = scores[-1] - scores[:-1]
    order = np.argsort(-falls, kind="stable")[:REASONS]
    found = ((scale.columns[i], float(falls[i])) for i in order if falls[i] > 0)
    return tuple((column.name, _words(column, values[column.name], at), fall) for column, fall in found)


def _words(column: Column, values: np.ndarray, at: int) -> str:
    if not isinstance(column, Numbers):
        return f"{column.name} = {values[at]} (in {np.mean(values == values[at]):.1%} of rows)"
    known, value = values[np.isfinite(values)], values[at]
    if not np.isfinite(value):
        return f"{column.name} missing or infinite"
    above = value > column.middle
    share = np.mean(known >= value) if above else np.mean(known <= value)
    return f"{column.name} {value:,.6g} ({share:.1%} of rows have {'as much' if above else 'as little'})"


def _told(
    rows: Rows, scale: Scale, scores: np.ndarray, threshold: float, told: list[Anomaly], found: int
) -> Finding:
    worth = (
        f"{found:,} rows ({found / len(scores):.2%}) are more unlike the rest than any row of shuffled columns"
        if found
        else "No row is more unlike the rest than rows of shuffled columns are"
    )
    sentences = [f"Row {each.row:,} (score {each.score:.2f}): {_because(each)}." for each in told[:TOLD]]
    return Finding(
        title="Rows unlike the others",
        size=f"{rows.size}, {len(scale.names)} columns. Rows are told by their position in the source, from 0.",
        guard=f"Each column shuffled {SHUFFLES} times: a row must score above the greatest seen, {threshold:.3f}.",
        sentences=(f"{worth}.", *sentences),
        facts={
            "rows": rows.data.num_rows,
            "of": rows.of,
            "compared": scale.names,
            "threshold": threshold,
            "found": found,
            "anomalies": [_written(each) for each in told],
        },
        charts=(_chart(scores, threshold),) if found else (),
        grids=(_grid(told),) if found else (),
    )


def _because(each: Anomaly) -> str:
    return "; ".join(words for _, words, _ in each.reasons) or "no single value"


def _written(each: Anomaly) -> dict[str, Any]:
    reasons = [{"column": column, "words": words, "fall": fall} for column, words, fall in each.reasons]
    return {"row": each.row, "score": each.score, "reasons": reasons}


def _chart(scores: np.ndarray, threshold: float) -> Chart:
    counts, edges = np.histogram(scores, BINS)
    middles = tuple(((edges[1:] + edges[:-1]) / 2).tolist())
    bars = Trace(shape="bars", x=middles, y=tuple(np.log10(counts + 1.0).tolist()))
    title = "Scores; beyond the line, what chance does not give"
    return Chart(title=title, traces=(bars,), x="score", y="rows, log10 (n + 1)", marks=(threshold,))


def _grid(told: list[Anomaly]) -> Grid:
    rows = tuple((f"{each.row:,}", _because(each), f"{each.score:.3f}") for each in told)
    return Grid(title="The most unusual", head=("row", "because", "score"), rows=rows, numbers=1)
