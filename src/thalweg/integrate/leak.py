"""Inputs that alone predict the target too well: they may not be known when a prediction is asked for.

Each column by itself is made into the simplest of models, the mean target of each of its values (of a number: of
each of its quantile bins, at most 1,024), learnt on one half of a sample of training rows and judged on the other.
An identifier, whose values do not come again, predicts nothing there; a column made of the target predicts all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family, is_number
from thalweg.integrate.single_predictor import Column, Truth, judge

SAMPLE = 100_000  # rows
FEW = 20  # a number with at most so many values is judged as classes
SUSPECTED, WORTH_A_LOOK = 0.95, 0.85
CODED = ("boolean", "text")  # values without an order
ORDERED = ("integer", "number", "date", "timestamp", "time")
HALF = "__half"


@dataclass(frozen=True)
class Suspect:
    """A column that alone predicts the target well: `value` of `metric` on rows it did not learn from."""

    column: str
    target: str
    metric: Literal["roc_auc", "r2"]
    value: float
    level: Literal["suspected leak", "worth a look"]

    def written(self) -> dict[str, Any]:
        """As JSON values, for reports."""
        return {**asdict(self), "why": self.why}

    @property
    def why(self) -> str:
        metric = {"roc_auc": "ROC AUC", "r2": "R²"}[self.metric]
        return (
            f"{self.column} alone predicts {self.target} with {metric} {self.value:.3f} on rows it did not learn from; "
            "exclude it if it is not known when a prediction is asked for"
        )


def suspects(
    table: Table, target: str, columns: Sequence[str], threshold: float = WORTH_A_LOOK, sample: int = SAMPLE
) -> list[Suspect]:
    """The columns whose score reaches the threshold, highest first; from 0.95 on a leak is suspected.

    Scores are ROC AUC for classes (the mean over classes against the rest, by their rows) and R² for numbers with more
    than 20 values, on a sample of training rows chosen by hash: the same on every machine. None are found
    where the sample holds too few rows to judge. Raises ComponentError for an unknown column.
    """
    judged = [name for name in columns if family(table.columns[table.require(name)]) in CODED + ORDERED]
    rows = _sample(table.training(), [table.require(target, "target column"), *judged], sample)
    if rows is None:
        return []
    learn = rows[HALF].to_numpy(zero_copy_only=False)
    return suspects_among(rows, learn, target, table.columns[target], judged, threshold)


def suspects_among(
    rows: pa.Table,
    learn: np.ndarray,
    target: str,
    target_type: str,
    columns: Sequence[str],
    threshold: float = WORTH_A_LOOK,
) -> list[Suspect]:
    """As `suspects`, in a sample of training rows at hand; `learn` (n,) marks the half that is learnt from."""
    truth = _truth(rows[target], target_type, learn)
    if truth is None:
        return []
    known = np.asarray(rows[target].is_valid())
    scores = {name: judge(_column(rows[name], known), truth) for name in columns if name != target}
    found = [
        Suspect(name, target, truth.metric, score, "suspected leak" if score >= SUSPECTED else "worth a look")
        for name, score in scores.items()
        if score >= threshold
    ]
    return sorted(found, key=lambda each: (-each.value, each.column))


def _sample(training: Table, names: Sequence[str], wanted: int) -> pa.Table | None:
    """The columns for about `wanted` rows, in the order of the rows, and in which half each is; None of no rows."""
    rows = training.count()
    if rows > wanted:
        chosen = exp.LT(this=digest({ROW: "BIGINT"}, seed=1), expression=sql.literal(cut(wanted / rows)))
        training = training.where(chosen)
    half = exp.LT(this=digest({ROW: "BIGINT"}, seed=2), expression=sql.literal(cut(0.5)))
    values = {name: sql.column(name) for name in dict.fromkeys(names)}
    query = sql.select(training.query, {**values, HALF: half}).order_by(sql.column(ROW))
    found = training.session.table(query)
    return found.combine_chunks() if found.num_rows else None


def _truth(values: pa.ChunkedArray, sql_type: str, learn: np.ndarray) -> Truth | None:
    """The target of the rows where it is known; None where one half holds too little to judge by."""
    known = np.asarray(values.is_valid())
    values = values.drop_null()
    if is_number(sql_type) and len(values.unique()) > FEW:
        return Truth.of_numbers(_numbers(values), learn[known])
    return Truth.of_classes(_codes(values), learn[known])


def _column(values: pa.ChunkedArray, known: np.ndarray) -> Column:
    values = values.filter(pa.array(known))
    kind = values.type
    ordered = pa.types.is_temporal(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind)
    if ordered or pa.types.is_floating(kind):
        return Column(_numbers(values), ordered=True)
    return Column(_codes(values).astype(np.float64), ordered=False)


def _codes(values: pa.ChunkedArray) -> np.ndarray:
    """Numbers (n,) int64 that stand for the different values in order of appearance; -1 for NULL."""
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    combined = (
        encoded.unify_dictionaries().combine_chunks() if encoded.num_chunks else pa.array([], pa.int32())
    )
    indices = combined.indices if isinstance(combined, pa.DictionaryArray) else combined
    return indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _numbers(values: pa.ChunkedArray) -> np.ndarray:
    """The values as float64 (n,), NaN for NULL; dates and times as counts of their unit."""
    if pa.types.is_temporal(values.type):
        width = pa.int32() if values.type.bit_width == 32 else pa.int64()
        values = values.cast(width)
    return values.cast(pa.float64(), safe=False).to_numpy().astype(np.float64)
