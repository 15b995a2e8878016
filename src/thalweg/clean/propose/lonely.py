"""Values so far from all others that they can only be mistakes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sqlglot import exp

from thalweg.clean.bounds import said
from thalweg.clean.convert import is_finite
from thalweg.clean.step import Proposal, Step
from thalweg.clean.summary import ColumnSummary, Summary, summarize
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import is_number

REACH = 10.0  # interquartile ranges beyond the quartiles
ALONE = 5.0  # times the width of the rest, from the rest
RARE = 10_000  # at most one value in so many, or one, may be alone
LOOKED_AT = 100  # values at each end


def lonely(table: Table, summary: Summary) -> list[Proposal]:
    """Empty the values that stand alone, five times farther from the rest than the rest is wide.

    The rest must lie within ten interquartile ranges of its quartiles: in a column with a long tail the last value
    is always far from the one before it, and is no mistake. `summary` is of the table before its texts were read as
    numbers; only those are looked at anew.
    """
    training = table.training()
    numbers = {name: summary.columns[name] for name, found in table.columns.items() if is_number(found)}
    read_now = [name for name, column in numbers.items() if not is_number(column.type)]
    numbers |= summarize(training, read_now).columns if read_now else {}
    rules, whys, told = {}, [], []
    for column in numbers.values():
        low, high = _bounds(training, column) if _is_far(column) else (None, None)
        if (low, high) != (None, None):
            rules[column.name] = {"between": [low, high], "action": "null"}
            whys.append(_why(column, low, high))
        elif _is_far(column):
            reach = f"from {said(column.low)} to {said(column.high)}"
            told.append(Proposal(None, f"{column.name} reaches {reach}, far beyond most; left as it is"))
    steps = [Proposal(parse(Step, {"outliers": {"columns": rules}}), "; ".join(whys))] if rules else []
    return [*told, *steps]


def _fences(column: ColumnSummary) -> tuple[float, float]:
    """Ten interquartile ranges beyond the quartiles; beyond all values where the quartiles are the same."""
    if column.distribution is None:
        return -math.inf, math.inf
    first, third = column.distribution.quantiles((0.25, 0.75))
    reach = REACH * (third - first) or math.inf
    return first - reach, third + reach


def _is_far(column: ColumnSummary) -> bool:
    low, high = _fences(column)
    return column.low is not None and (column.low < low or column.high > high)


def _bounds(training: Table, column: ColumnSummary) -> tuple[float | None, float | None]:
    """Bounds beyond which values stand alone; None where none do."""
    low, high = _fences(column)
    low_end, high_end = max(column.low, low), min(column.high, high)
    greatest = _ends(training, column.name, desc=True) if column.high > high else []
    mirrored = [-value for value in _ends(training, column.name, desc=False)] if column.low < low else []
    below = _bound(mirrored, column.present, -low_end, -high_end)
    return -below if below is not None else None, _bound(greatest, column.present, high_end, low_end)


def _bound(values: Sequence[float], present: int, fence: float, other_end: float) -> float | None:
    """Where lonely values may begin: as far beyond the rest as the rest is wide. `values` descend."""
    allowed = max(present // RARE, 1)
    for place, value in enumerate(values[1 : allowed + 1], start=1):
        width = value - other_end
        if value <= fence and values[place - 1] > max(value + ALONE * width, fence):
            return value + width
    return None


def _ends(training: Table, name: str, desc: bool) -> list[float]:
    """The greatest or the least values."""
    number = sql.cast(sql.column(name), "DOUBLE")
    values = sql.select(training.query, {"value": number}).where(is_finite(sql.column(name)))
    ordered = sql.select(values, ["value"]).order_by(
        exp.Ordered(this=sql.column("value"), desc=desc, nulls_first=False)
    )
    return [row[0] for row in training.session.rows(ordered.limit(LOOKED_AT))]


def _why(column: ColumnSummary, low: float | None, high: float | None) -> str:
    alone = [said(column.low)] if low is not None else []
    alone += [said(column.high)] if high is not None else []
    verb = "stands" if len(alone) == 1 else "stand"
    return f"{column.name}: {' and '.join(alone)} {verb} alone, far from all other values"
