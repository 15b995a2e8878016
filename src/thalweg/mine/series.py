"""Series: where a level changes, and what comes again, in values over time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from pydantic import Field
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import is_moment, is_number
from thalweg.mine.chance import said
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.miner import Finding, Miner
from thalweg.mine.regular import Series, series_of
from thalweg.mine.waves import (
    SHUFFLES,
    Change,
    Period,
    Trend,
    changes_of,
    filled,
    periods_of,
    trend_of,
    without_cycles,
)

FEWEST = 40  # points of a series
DRAWN, PICTURES = 400, 4
TOLD = 12
NOTHING = 1e-9  # of a series' range: no more than rounding


@dataclass(frozen=True)
class Course:
    """A series and what it does."""

    series: Series
    values: np.ndarray
    trend: Trend | None
    periods: list[Period]
    changes: list[Change]


class OverTime(Miner):
    """Change points and seasonality: `{series: {time: date, value: temperature, entity: station}}`.

    The series is put on an even grid (medians; gaps as straight lines). A period is told when its power exceeds that
    of every order of chance, after taking out what each value owes to the one before; a change of level when its
    CUSUM exceeds that of blocks of neighbours in another order, after taking out the periods. Where a straight line
    explains more than a change of level would, the line is told instead.
    """

    kind: ClassVar[str] = "series"

    time: str
    """The column of time: dates, times, or numbers that count."""
    value: str | None = None
    """The column of values; the number of rows, where none is named."""
    entity: str | None = None
    """The column whose equal values are one series."""
    entities: int = Field(8, ge=1, le=100)
    """Series to look at: those of most rows."""
    points: int = Field(20_000, ge=100, le=200_000)
    """Points of a series, at most: longer ones get a wider grid."""
    seed: int = Field(0, ge=0)
    """Of the shuffles."""

    @classmethod
    def example(cls) -> OverTime:
        return cls.model_validate({"time": "date", "value": "temperature"})

    def mine(self, table: Table) -> Finding:
        kind = table.columns[table.require(self.time)]
        if not (is_moment(kind) or is_number(kind)):
            raise ComponentError(f"the time {self.time!r} is {kind}; expected dates, times or numbers")
        if self.value is not None and not is_number(table.columns[table.require(self.value)]):
            raise ComponentError(f"the value {self.value!r} is {table.columns[self.value]}; expected numbers")
        training = table.training()
        found = [
            one
            for name, part in self._parts(training)
            if (one := series_of(part, self.time, self.value, self.points, name))
        ]
        long_enough = [one for one in found if len(one.values) >= FEWEST]
        return self._told([self._course(one) for one in long_enough], len(found) - len(long_enough))

    def _parts(self, table: Table) -> list[tuple[str, Table]]:
        what = self.value or "rows"
        if self.entity is None:
            return [(what, table)]
        name = sql.column(table.require(self.entity))
        counted = sql.select(table.query, {"entity": name, "rows": sql.row_count()}).where(sql.not_null(name))
        most = exp.Ordered(this=sql.column("rows"), desc=True)
        query = counted.group_by("1").order_by(most, "1").limit(self.entities)
        return [
            (f"{what} of {entity}", table.where(exp.EQ(this=name.copy(), expression=sql.literal(entity))))
            for entity, _ in table.session.rows(query)
        ]

    def _course(self, series: Series) -> Course:
        values, rng = filled(series.values), np.random.default_rng(self.seed)
        if not np.ptp(values) > 0:
            return Course(series, values, None, [], [])
        periods = periods_of(values, rng)
        rest = without_cycles(values, periods)
        if np.ptp(rest) <= NOTHING * np.ptp(values):  # the periods explain it all
            return Course(series, values, None, periods, [])
        trend = trend_of(rest, rng)
        changes = changes_of(rest, rng) if trend is None else []
        return Course(series, values, trend, periods, changes)

    def _told(self, courses: list[Course], short: int) -> Finding:
        looked = "; ".join(
            f"{c.series.name}: {c.series.rows:,} training rows, {len(c.values):,} points of {c.series.long(1)}, "
            f"{np.isnan(c.series.values).mean():.1%} gaps"
            for c in courses[:PICTURES]
        )
        left_out = f" {short:,} series of fewer than {FEWEST} points left out." if short else ""
        sentences = [sentence for course in courses for sentence in _sentences(course)]
        shown = [course for course in courses if course.periods or course.changes or course.trend]
        return Finding(
            title=f"{self.value or 'The number of rows'} over {self.time}",
            size=f"{looked or 'no series long enough'}.{left_out}",
            guard=f"{SHUFFLES} orders of chance, of single points for periods, of blocks for changes; corrected for "
            "the number of periods and of changes that are looked for in a series (Bonferroni).",
            sentences=tuple(sentences) or (f"No series of {FEWEST} points or more.",),
            facts={"series": [_facts(course) for course in courses], "short": short},
            charts=tuple(_chart(course) for course in shown[:PICTURES]),
            grids=_grids(shown),
        )


def _sentences(course: Course) -> list[str]:
    one = course.series
    told = [
        f"{one.name} comes again about every {one.long(p.points)}: "
        f"this explains {p.strength:.1%} of its variance ({said(p.p)})."
        for p in course.periods
    ]
    if course.trend is not None:
        way = "rises" if course.trend.slope > 0 else "falls"
        told.append(
            f"{one.name} {way} by {abs(course.trend.slope) * len(course.values):,.4g} from end to end, as a straight "
            f"line: this explains {course.trend.strength:.0%} of what periods leave ({said(course.trend.p)})."
        )
    told += [
        f"{one.name} changes at {one.at(c.at)}: from {c.before:,.4g} to {c.after:,.4g} on average ({said(c.p)})."
        for c in course.changes
    ]
    return told[:TOLD] or [f"{one.name} shows no period, no trend and no change of level beyond chance."]


def _facts(course: Course) -> dict[str, Any]:
    one = course.series
    return {
        "name": one.name,
        "rows": one.rows,
        "points": len(course.values),
        "step": one.step,
        "gaps": int(np.isnan(one.values).sum()),
        "trend": vars(course.trend) if course.trend is not None else None,
        "periods": [
            {**vars(p), "length": p.points * one.step, "words": one.long(p.points)} for p in course.periods
        ],
        "changes": [{**vars(c), "time": one.at(c.at)} for c in course.changes],
    }


def _chart(course: Course) -> Chart:
    """The series in at most `DRAWN` means, and its level between changes."""
    step = -(-len(course.values) // DRAWN)
    places = range(0, len(course.values), step)
    x = tuple(course.series.at(place) for place in places)
    means = tuple(float(course.values[place : place + step].mean()) for place in places)
    traces = [Trace(shape="line", x=x, y=means, name=course.series.name)]
    if course.changes:
        ends = [0, *(change.at for change in course.changes), len(course.values) - 1]
        levels = [course.changes[0].before, *(change.after for change in course.changes)]
        level_x = tuple(course.series.at(end) for pair in pairwise(ends) for end in pair)
        traces.append(
            Trace(shape="line", x=level_x, y=tuple(v for v in levels for _ in (0, 1)), name="level")
        )
    marks = tuple(course.series.at(change.at) for change in course.changes)
    return Chart(
        title=f"{course.series.name}", traces=tuple(traces), x="time", y=course.series.name, marks=marks
    )


def _grids(courses: list[Course]) -> tuple[Grid, ...]:
    rows = [
        (c.series.name, f"every {c.series.long(p.points)}", f"{p.strength:.1%} of variance", said(p.p))
        for c in courses
        for p in c.periods
    ]
    rows += [
        (
            c.series.name,
            f"change at {c.series.at(change.at)}",
            f"{change.before:,.4g} → {change.after:,.4g}",
            said(change.p),
        )
        for c in courses
        for change in c.changes
    ]
    if not rows:
        return ()
    return (
        Grid(
            title="Periods and changes",
            head=("series", "what", "size", "chance"),
            rows=tuple(rows),
            numbers=2,
        ),
    )
