"""Where the network is worse than elsewhere: its metrics for each value of a column, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thalweg.evaluation.intervals import Interval, resample
from thalweg.evaluation.outcome import named
from thalweg.tasks.task import Target

SMALL = 50  # rows below which a slice says nothing by itself
VALUES = 31  # slices of a column, at most; a number with more distinct values is cut into bins
BINS = 8
RESAMPLES = 100  # for a slice, at most
MISSING = "(missing)"
LONGEST = 60  # characters of a value that are shown


class Slices(NamedTuple):
    """The slice of each row (n,), a position in `names`, in the order in which the column would list them."""

    place: np.ndarray
    names: list[str]


def slices(
    column: str,
    values: pa.ChunkedArray,
    target: Target,
    y: np.ndarray,
    predictions: Mapping[str, np.ndarray],
    resamples: int,
    seed: int,
    overall: Interval,
) -> dict[str, Any]:
    """Judge the first model of `predictions`, with intervals, and the others in each slice of a column.

    Slices of fewer than 50 rows are put together, and so are those beyond the 31 largest. `worse` marks a
    slice whose whole interval is worse than the metric of all rows.
    """
    cut = _together(divide(values))
    metric, better = target.monitor
    found = []
    for index, name in enumerate(cut.names):
        inside = np.flatnonzero(cut.place == index)
        chosen = {model: p[inside] for model, p in predictions.items()}
        judged = _judge(name, target, y[inside], chosen, min(resamples, RESAMPLES), seed)
        found.append({**judged, "worse": _is_worse(judged, overall, better)})
    return {
        "column": column,
        "metric": metric,
        "better": better,
        "overall": overall.written(),
        "slices": _worst_first(found, better),
    }


def _is_worse(judged: Mapping[str, Any], overall: Interval, better: str) -> bool:
    if judged["low"] is None or overall.value is None:
        return False
    return judged["high"] < overall.value if better == "higher" else judged["low"] > overall.value


def _judge(
    name: str, target: Target, y: np.ndarray, predictions: Mapping[str, np.ndarray], resamples: int, seed: int
) -> dict[str, Any]:
    metric = target.monitor.metric
    first, *others = predictions
    found = resample(target, y, {first: predictions[first]}, resamples, seed)
    return {
        "slice": name[:LONGEST],
        "rows": len(y),
        **found.interval(first, metric).written(),
        "metrics": _finite(found.values[first]),
        "rivals": {model: _finite(target.metrics(y, predictions[model]))[metric] for model in others},
    }


def _finite(metrics: Mapping[str, float]) -> dict[str, float | None]:
    return {name: float(value) if np.isfinite(value) else None for name, value in metrics.items()}


def _worst_first(found: list[dict[str, Any]], better: str) -> list[dict[str, Any]]:
    sign = 1 if better == "higher" else -1
    return sorted(
        found, key=lambda each: (each["value"] is None, sign * (each["value"] or 0.0), each["slice"])
    )


def divide(values: pa.ChunkedArray) -> Slices:
    """Slices of a column: its values, or quantile bins of a number or a time with many distinct ones."""
    kind = values.type
    ordered = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    ordered = ordered or pa.types.is_temporal(kind)
    if ordered and pc.count_distinct(values).as_py() > VALUES:  # type: ignore[attr-defined]
        return _bins(values)
    coded = values.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    names = [named(value) for value in coded.dictionary.to_pylist()] + [MISSING]
    place = coded.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Slices(place, names)


def _bins(values: pa.ChunkedArray) -> Slices:
    known = values.drop_null()
    order = np.sort(pc.cast(known, _number(values.type)).to_numpy())  # type: ignore[attr-defined]
    edges = np.unique(order[[len(order) * k // BINS for k in range(1, BINS)]])
    numbers = pc.cast(values, _number(values.type))  # type: ignore[attr-defined]
    filled = numbers.fill_null(order[0]).to_numpy()
    place = np.searchsorted(edges, filled, side="right")
    place = np.where(values.is_null().to_numpy(), len(edges) + 1, place)
    words = [_word(edge, values.type) for edge in edges]
    names = [
        f"below {words[0]}",
        *(f"{a} to {b}" for a, b in pairwise(words)),
        f"from {words[-1]}",
    ]
    return Slices(place, [*names, MISSING])


def _number(kind: pa.DataType) -> pa.DataType:
    """A type in which values of `kind` can be cut: times as integers of their own unit."""
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.int32()
    return pa.int64() if pa.types.is_temporal(kind) else pa.float64()


def _word(edge: float | int, kind: pa.DataType) -> str:
    if pa.types.is_temporal(kind):
        value = pa.array([edge], _number(kind)).cast(kind)
        return str(value[0].as_py())[:16]
    return f"{edge:,.4g}"


def _together(cut: Slices) -> Slices:
    """Small slices, and those beyond the largest, as one."""
    rows = np.bincount(cut.place, minlength=len(cut.names))
    largest = [i for i in np.argsort(-rows, kind="stable")[:VALUES] if rows[i] >= SMALL]
    others = [i for i in np.flatnonzero(rows) if i not in set(largest)]
    if len(others) == 1 and rows[others[0]]:
        largest.append(others[0])
        others = []
    kept = sorted(largest)
    place = np.full(len(cut.names), len(kept))
    place[kept] = np.arange(len(kept))
    names = [cut.names[i] for i in kept]
    return Slices(place[cut.place], [*names, f"({len(others)} smaller values)"] if others else names)
