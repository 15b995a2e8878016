"""Values so far from all others that they can only be mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from thalweg.clean.bounds import said
from thalweg.clean.convert import is_finite
from thalweg.clean.step import Proposal, Step
from thalweg.clean.summary import ColumnSummary, summarize
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import is_number

REACH = 10.0  # interquartile ranges beyond the quartiles
ALONE = 5.0  # times the width of the rest, from the rest
RARE = 10_000  # at most one value in so many, or one, may be alone
LOOKED_AT = 100  # values at each end


def lonely(table: Table) -> list[Proposal]:
    """Empty the values that stand alone, five times farther from the rest than the rest is wide.

    The rest must lie within ten interquartile ranges of its quartiles: in a column with a long tail the last value
    is always far from the one before it, and is no mistake.
    """
    numbers = [name for name, sql_type in table.columns.items() if is_number(sql_type)]
    summary = summarize(table.training(), numbers)
    rules, whys = {}, []
    for column in summary.columns.values():
        bounds, why = _look(table.training(), column)
        if bounds != (None, None):
            rules[column.name] = {"between": list(bounds), "action": "null"}
        whys += [why] if why else []
    if not rules:
        return [Proposal(None, why) for why in whys]
    return [Proposal(parse(Step, {"outliers": {"columns": rules}}), "; ".join(whys))]


def _look(training: Table, column: ColumnSummary) -> tuple[tuple[float | None, float | None], str | None]:
    """Bounds beyond which values stand alone, and what to say of the column."""
    if column.distribution is None:
        return (None, None), None
    first, third = column.distribution.quantiles((0.25, 0.75))
    reach = REACH * (third - first)
    over, under = column.high > third + reach, column.low < first - reach
    if not reach or not (over or under):
        return (None, None), None
    low_end, high_end = max(column.low, first - reach), min(column.high, third + reach)
    high = (
        _bound(_ends(training, column.name, desc=True), column.present, high_end, low_end) if over else None
    )
    mirrored = [-value for value in _ends(training, column.name, desc=False)] if under else []
    low = _bound(mirrored, column.present, -low_end, -high_end) if under else None
    low = -low if low is not None else None
    if low is None and high is None:
        return (
            (None, None),
            f"{column.name} reaches from {said(column.low)} to {said(column.high)}, far beyond most; left as it is",
        )
    return (low, high), _why(column, low, high)


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
