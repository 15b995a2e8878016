"""Anomalies: rows that are unlike all others, each with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.engines.table import ROW, Table
from thalweg.mine.autoencoder import Autoencoder, reconstructed
from thalweg.mine.barred import Barred
from thalweg.mine.detection import SHUFFLES, Detection
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.feature_miner import FeatureMiner, enough
from thalweg.mine.fitted import Fitted
from thalweg.mine.isolation import Forest, isolated
from thalweg.mine.learning_rows import Rows, training_rows
from thalweg.mine.matrix import Column, Numbers, Scale, scale_of, usable, values_of
from thalweg.mine.miner import Finding

METHODS: Mapping[str, Callable[[np.ndarray, Scale, int, int], Detection]] = {
    "isolation_forest": isolated,
    "autoencoder": reconstructed,
}
TOLD, SHOWN, REASONS = 5, 30, 3
BINS = 40


@dataclass(frozen=True)
class Anomaly:
    """A row of the table, its score, and what makes it so, strongest first.

    A forest's scores are from 0 to 1, about 0.5 is usual; those of a network are multiples of the usual error. A
    reason is a column, its value in words, and its part: by how much the score falls when the usual value stands
    there, or its share of the error.
    """

    row: int
    score: float
    reasons: tuple[tuple[str, str, float], ...]


class FittedAnomalies(Fitted):
    """How unusual a row is."""

    name: str
    scale: Scale
    model: Forest | Autoencoder = Field(discriminator="method")

    @property
    def makes(self) -> dict[str, str]:
        return {self.name: "DOUBLE"}

    def values(self, batch: pa.RecordBatch) -> list[pa.Array]:
        return [pa.array(self.model.scores(self.scale.points(batch)))]


class Anomalies(FeatureMiner):
    """Rows unlike the others: `{anomalies: {columns: [amount, hour]}}`, by isolation forest (Liu 2008) or autoencoder.

    A row is told when it is more unusual than any row of the same table with each column shuffled: its values are rare
    together, not one by one, which the profile shows. For the forest that is a row which is isolated easily; reasons
    come from putting the usual value (the median, the most frequent category) in the place of each of its values in
    turn. For the autoencoder it is one that does not follow from what most rows have in common; reasons are the
    columns with the largest share of its error. `as_features` gives the score as the column `anomaly`.
    """

    kind: ClassVar[str] = "anomalies"
    fitted: ClassVar[type[Fitted]] = FittedAnomalies

    columns: tuple[str, ...] = ()
    """Columns to look at; all numbers, texts and booleans, where none is named."""
    exclude: tuple[str, ...] = ()
    """Columns to leave out."""
    method: Literal["isolation_forest", "autoencoder"] = "isolation_forest"
    """How rows are found: easy to isolate, or hard to say again by a small network that learnt to say rows again."""
    rows: int = Field(20_000, ge=100)
    """Rows to look at; of more, a sample chosen by a hash."""
    trees: int = Field(100, ge=10)
    """Trees of the forest."""
    seed: int = Field(0, ge=0)
    """Of the forest, the network and the shuffles."""

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.name or "anomaly",)

    def look(self, table: Table, barred: Barred) -> tuple[Finding, Callable[[], Fitted]]:
        wanted = usable(table, self.columns, self.exclude, barred)
        rows = training_rows(table, wanted, self.rows)
        scale = scale_of(rows.data, table.columns, wanted)
        points = scale.points(rows.data)
        found = METHODS[self.method](points, scale, self.trees, self.seed)
        scores = found.scores
        first = np.argsort(-scores, kind="stable")
        first = first[scores[first] > found.threshold]
        values = {column.name: values_of(column, rows.data[column.name]) for column in scale.columns}
        places = rows.data[ROW].to_numpy()
        told = [
            Anomaly(
                int(places[at]), float(scores[at]), _reasons(found.shares(int(at)), scale, values, int(at))
            )
            for at in first[:SHOWN]
        ]

        def fit() -> Fitted:
            enough(rows, self.kind)
            inputs = {name: table.columns[name] for name in scale.names}
            return FittedAnomalies(inputs=inputs, name=self.makes[0], scale=scale, model=found.keep())

        return _told(self.method, rows, scale, found, told, len(first)), fit


def _reasons(
    shares: np.ndarray, scale: Scale, values: Mapping[str, np.ndarray], at: int
) -> tuple[tuple[str, str, float], ...]:
    """The columns with the largest part in a row's score, in words."""
    order = np.argsort(-shares, kind="stable")[:REASONS]
    found = ((scale.columns[i], float(shares[i])) for i in order if shares[i] > 0)
    return tuple((column.name, _words(column, values[column.name], at), share) for column, share in found)


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
    method: str, rows: Rows, scale: Scale, detection: Detection, told: list[Anomaly], found: int
) -> Finding:
    scores, threshold = detection.scores, detection.threshold
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
            "method": method,
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
