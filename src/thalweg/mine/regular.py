"""A series on an even grid, read from a table: one value for each step of time."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import is_moment

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True)
class Series:
    """`values` (N,) at `start`, `start + step` …, NaN where nothing was measured; in seconds where `moments`."""

    name: str
    start: float
    step: float
    values: np.ndarray
    rows: int
    moments: bool

    def at(self, place: int) -> str | float:
        """The time of a point, as it is written."""
        value = self.start + place * self.step
        if not self.moments:
            return round(value, 6)
        moment = datetime.fromtimestamp(value, UTC)
        return (
            moment.date().isoformat()
            if self.step >= 86_400
            else moment.isoformat(sep=" ", timespec="minutes")[:16]
        )

    def long(self, points: float) -> str:
        """A stretch of time in words, such as `24 hours`."""
        length = points * self.step
        if not self.moments:
            return f"{length:,.4g}"
        name, seconds = next((unit for unit in UNITS if length >= 0.995 * unit[1]), UNITS[-1])
        count = f"{length / seconds:,.4g}"
        return f"{count} {name}" if count == "1" else f"{count} {name}s"


def series_of(table: Table, time: str, value: str | None, most: int, name: str) -> Series | None:
    """The rows of one series on a grid of at most `most` points; None of fewer than two times.

    A point is the median of the values at its step, or the number of rows where no value is named.
    """
    at = _seconds(table, time)
    known = [sql.not_null(sql.column(time))] + ([sql.not_null(sql.column(value))] if value else [])
    chosen = table.where(sql.all_of(known))
    facts = chosen.aggregate(
        low=exp.Min(this=at), high=exp.Max(this=at.copy()), rows=sql.row_count(),
        times=exp.Count(this=exp.Distinct(expressions=[at.copy()])),
    )  # fmt: skip
    if not facts["rows"] or facts["times"] < 2:
        return None
    low, high = float(facts["low"]), float(facts["high"])
    step = _step(chosen, at, most, (high - low) / (most - 1), facts["times"])
    place = sql.call("round", exp.Div(this=exp.paren(exp.Sub(this=sql.whole(at), expression=sql.literal(low))),
                                      expression=sql.literal(step)))  # fmt: skip
    measured = sql.call("median", sql.cast(sql.column(value), "DOUBLE")) if value else sql.row_count()
    query = sql.select(chosen.query, {"place": sql.cast(place, "BIGINT"), "value": measured}).group_by("1")
    found = table.session.table(query)
    count = int(round((high - low) / step)) + 1  # noqa: RUF046
    values = np.full(count, np.nan if value else 0.0)
    values[found["place"].to_numpy()] = found["value"].to_numpy().astype(np.float64)
    return Series(name, low, step, values, facts["rows"], is_moment(table.columns[time]))


def _seconds(table: Table, time: str) -> exp.Expr:
    if is_moment(table.columns[time]):
        return sql.call("epoch", sql.cast(sql.column(time), "TIMESTAMP"))
    return sql.cast(sql.column(time), "DOUBLE")


def _step(table: Table, at: exp.Expr, most: int, least: float, times: int) -> float:
    """The most common distance between neighbours, as long as the grid does not get too long."""
    if times > 20 * most:
        return least
    every = sql.select(table.query, {"at": at}).distinct()
    before = exp.Window(this=exp.Lag(this=sql.column("at")), order=exp.Order(expressions=[sql.column("at")]))
    gaps = sql.select(every, {"gap": exp.Sub(this=sql.column("at"), expression=before)})
    common = sql.select(gaps, {"gap": sql.column("gap"), "rows": sql.row_count()})
    common = (
        common.where(sql.not_null(sql.column("gap")))
        .group_by("1")
        .order_by(exp.Ordered(this=sql.column("rows"), desc=True), "1")
    )
    rows: list[Any] = table.session.rows(common.limit(1))
    return max(float(rows[0][0]), least)
