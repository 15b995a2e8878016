"""Gaps in time series: rows that are missing between others, put in and marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import field_validator
from sqlglot import exp

from thalweg.clean.carry import Carry, last_before
from thalweg.clean.step import Outcome, Step
from thalweg.clean.values import present
from thalweg.core.errors import ComponentError, DataError
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.moments import instant, later, microseconds
from thalweg.engines.table import ROW, SPLIT, TEST, TRAINING, VALIDATION, Table
from thalweg.engines.types import family, is_moment, is_number

Fill = Literal["forward", "linear", "none"]
AT, NEXT, STEP = "__at", "__next", "__step"
KNOWN, AFTER, AFTER_AT, KNOWN_AT = "__known {}", "__after {}", "__after_at {}", "__known_at {}"
MOST_TIMES = 10  # as many rows as there are, and MOST_MORE, may be put in; else the frequency is a slip
MOST_MORE = 100_000


class Gaps(Step):
    """Put in the rows that a series lacks at its frequency, fill their cells, and mark them.

        - gaps: {time: hour, every: 1 hour, by: station, fill: forward, longest: 24}

    Each group keeps its own first time; the rows put in stand between its first and its last row. `forward` repeats the
    last known value, and is known when a prediction is asked for. `linear` draws a line to the next known value: it
    peeks at the future, so that a forecast learnt from it looks better than it is; write it only where that is right.
    Cells that are missing in rows that are there are filled too, and counted. A value comes only from rows of the same
    part of the split or an earlier one; a row put in belongs to the part of the row before it.
    """

    kind: ClassVar[str] = "gaps"

    time: str
    """The column of dates or times."""
    every: str
    """The frequency, such as `1 hour` or `1 day`."""
    by: tuple[str, ...] = ()
    """Columns that make a series, such as a station. Left out: the whole table is one."""
    fill: Fill | dict[str, Fill] = "forward"
    """forward, linear or none, for every column or by column; columns that are not named are carried forward."""
    mark: str = "filled"
    """The new column that is true of rows put in and of rows with a cell filled."""
    longest: int | None = None
    """The longest gap, in rows, that is closed; longer ones stay and are counted. Left out: any."""
    off: Literal["refuse", "keep"] = "refuse"
    """What to do about rows whose time is not a whole number of steps after the one before: refuse, or leave them."""

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("every")
    @classmethod
    def _is_a_length(cls, value: str) -> str:
        microseconds(value)
        return value

    @field_validator("longest")
    @classmethod
    def _is_positive(cls, value: int | None) -> int | None:
        if value is not None and value < 1:
            raise ComponentError(
                f"expected the longest gap as a number of rows, 1 at least, received {value}"
            )
        return value

    @classmethod
    def example(cls) -> Gaps:
        return cls(time="hour", every="1 hour", by=("station",))

    def apply(self, table: Table) -> Outcome:
        self._check(table)
        found = self._series(table)
        facts = self._count(table, found)
        fills: dict[str, Fill] = {name: self._fill_of(name) for name in self._others(table)}
        missing = {
            name: exp.Not(this=exp.paren(present(sql.column(name), table.columns[name]))) for name in fills
        }
        changes: dict[str, exp.Expr] = {}
        filled = []
        for name, fill in fills.items():
            if fill != "none":
                value = self._between(table, name, fill)
                changes[name] = exp.Case().when(missing[name], value).else_(sql.column(name))
                filled.append(sql.all_of([missing[name].copy(), sql.not_null(exp.paren(value))]))
        changes[self.mark] = sql.any_of(filled)
        added = self._added(table, fills)
        kept = table.session.keep(f"gaps_{fingerprint(table.session.sql(added))}", added)
        names = [*table.columns, self.mark, *table.hidden]
        notes = {key: value for key, value in facts.items() if value}
        return Outcome(
            changes,
            notes=notes,
            origins={**{name: (name,) for name in fills}, self.mark: tuple(fills)},
            added=sql.select(kept, names),
        )

    def _others(self, table: Table) -> list[str]:
        return [name for name in table.columns if name not in (self.time, *self.by)]

    def _fill_of(self, name: str) -> Fill:
        return self.fill if isinstance(self.fill, str) else self.fill.get(name, "forward")

    def _check(self, table: Table) -> None:
        for name in (self.time, *self.by, *(self.fill if isinstance(self.fill, dict) else ())):
            table.require(name)
        if not is_moment(table.columns[self.time]):
            raise ComponentError(
                f"gaps: time column {self.time!r} is {table.columns[self.time]}; expected dates or times: give it such "
                "a type first"
            )
        if family(table.columns[self.time]) == "date" and microseconds(self.every) % microseconds("day"):
            raise ComponentError(
                f"gaps: {self.time!r} holds days, so a series can't have a row every {self.every}"
            )
        if self.mark.casefold() in {name.casefold() for name in table.columns}:
            raise ComponentError(
                f"gaps would add a column {self.mark!r}, which is there already; choose with `mark`"
            )
        for name in self._others(table):
            asked = self.fill.get(name) if isinstance(self.fill, dict) else None
            if asked == "linear" and not is_number(table.columns[name]):
                raise ComponentError(
                    f"gaps: no line can be drawn between values of {name!r}, which is {table.columns[name]}: "
                    "use forward"
                )

    def _series(self, table: Table) -> exp.Select:
        """Each row with its own time and that of the next of its series, in microseconds."""
        at = instant(sql.column(self.time), table.columns[self.time])
        following = exp.Window(
            this=exp.Lead(this=at.copy()),
            partition_by=[sql.column(name) for name in self.by],
            order=exp.Order(expressions=[exp.Ordered(this=at.copy()), exp.Ordered(this=sql.column(ROW))]),
        )
        names = {name: sql.column(name) for name in (*table.columns, *table.hidden)}
        return sql.select(table.query, {**names, AT: at, NEXT: following}).where(sql.not_null(at.copy()))

    def _lacking(self) -> exp.Expr:
        """How many rows are missing after a row."""
        ahead = exp.paren(sql.column(NEXT) - sql.column(AT))
        return exp.Sub(
            this=exp.IntDiv(this=ahead, expression=sql.literal(microseconds(self.every))),
            expression=sql.literal(1),
        )

    def _count(self, table: Table, series: exp.Select) -> dict[str, int]:
        """Facts for the account. Raises DataError where the rows are no series of this frequency."""
        ahead, every = exp.paren(sql.column(NEXT) - sql.column(AT)), sql.literal(microseconds(self.every))
        gap = exp.GT(this=exp.paren(self._lacking()), expression=sql.literal(0))
        wanted = {
            "rows": sql.row_count(),
            "twice": sql.true_count(exp.EQ(this=ahead, expression=sql.literal(0))),
            "off": sql.true_count(
                exp.NEQ(this=exp.Mod(this=ahead.copy(), expression=every), expression=sql.literal(0))
            ),
            "gaps": sql.true_count(gap),
            "long": sql.true_count(
                exp.GT(this=exp.paren(self._lacking()), expression=sql.literal(self.longest or 2**62))
            ),
            "lacking": exp.Sum(this=exp.Case().when(self._closed(), self._lacking()).else_(sql.literal(0))),
        }
        (row,) = table.session.rows(sql.select(series, wanted))
        facts = Facts(*(int(value or 0) for value in row))
        self._check_facts(table, facts)
        return {
            "gaps closed": facts.gaps - facts.long,
            "gaps too long": facts.long,
            "rows off the grid": facts.off,
            "rows without time": table.count() - facts.rows,
        }

    def _check_facts(self, table: Table, facts: Facts) -> None:
        group = f" of one {', '.join(self.by)}" if self.by else ""
        if facts.twice:
            keys = ", ".join([*self.by, self.time])
            raise DataError(
                f"gaps: {facts.twice:,} rows{group} of {table.name!r} have the {self.time} of another",
                hint=f"merge them before: duplicates: {{keys: [{keys}]}}; or name what tells series apart in `by`",
            )
        if facts.off and self.off == "refuse":
            raise DataError(
                f"gaps: {facts.off:,} rows{group} of {table.name!r} are not a whole number of {self.every} "
                "before the next",
                hint="give the frequency they have in `every`, or leave them as they are with off: keep",
            )
        if facts.lacking > MOST_TIMES * facts.rows + MOST_MORE:
            raise DataError(
                f"gaps: at a row every {self.every}, {facts.lacking:,} rows would be put into the {facts.rows:,} of "
                f"{table.name!r}",
                hint="give a lower frequency in `every`, or the longest gap to close in `longest`",
            )

    def _closed(self) -> exp.Expr:
        """Whether rows are put in after a row."""
        some = exp.GT(this=exp.paren(self._lacking()), expression=sql.literal(0))
        if self.longest is None:
            return some
        return sql.all_of(
            [some, exp.LTE(this=exp.paren(self._lacking()), expression=sql.literal(self.longest))]
        )

    def _added(self, table: Table, fills: dict[str, Fill]) -> exp.Select:
        """The rows to put in: each takes its cells from the rows around it."""
        series = self._series(table)
        names = {name: sql.column(name) for name in (self.time, *self.by, *table.hidden, AT, NEXT)}
        known: dict[str, exp.Expr] = dict(names)
        for name, fill in fills.items():
            known |= self._around(table, name, fill)
        before = sql.select(series, known)
        places = exp.Explode(
            this=sql.call("range", 1, exp.Add(this=self._lacking(), expression=sql.literal(1)))
        )
        steps = sql.select(before, {**{name: sql.column(name) for name in known}, STEP: places}).where(
            self._closed()
        )
        moved = exp.Mul(this=sql.column(STEP), expression=sql.literal(microseconds(self.every)))
        cells: dict[str, exp.Expr] = {name: sql.column(name) for name in (*self.by, *table.hidden)}
        cells[self.time] = later(sql.column(self.time), moved, table.columns[self.time])
        here = exp.Add(this=sql.column(AT), expression=moved.copy())
        for name, fill in fills.items():
            cells[name] = _drawn(name, fill, here, table.columns[name])
        cells[self.mark] = exp.true()
        ((last,),) = table.session.rows(sql.select(table.query, {"last": exp.Max(this=sql.column(ROW))}))
        order = exp.Order(expressions=[exp.Ordered(this=sql.column(each)) for each in (ROW, STEP)])
        place = exp.Window(this=exp.RowNumber(), order=order)
        cells[ROW] = exp.Add(this=place, expression=sql.literal(int(last or 0)))
        return sql.select(steps, {name: cells[name] for name in (*table.columns, self.mark, *table.hidden)})

    def _around(self, table: Table, name: str, fill: Fill) -> dict[str, exp.Expr]:
        """The last known value up to a row; to draw a line, its time and the next known value with its time."""
        kind = table.columns[name]
        if fill == "none":
            return {KNOWN.format(name): sql.cast(exp.null(), kind)}
        given = exp.Case().when(present(sql.column(name), kind), sql.column(name)).else_(exp.null())
        carry = Carry(order=(self.time,), by=self.by)
        known = {KNOWN.format(name): last_before(given, carry, table.split)}
        if fill == "forward" or not is_number(kind):
            return known
        at = exp.Case().when(sql.not_null(exp.paren(given)), sql.column(AT)).else_(exp.null())
        return known | {
            KNOWN_AT.format(name): last_before(at, carry, table.split),
            AFTER.format(name): self._next(given, table),
            AFTER_AT.format(name): self._next(at, table),
        }

    def _next(self, given: exp.Expr, table: Table) -> exp.Expr:
        """The next value that is not NULL in the series, as a row of each part of the split may see it."""

        def following(value: exp.Expr) -> exp.Expr:
            return exp.Window(
                this=exp.IgnoreNulls(this=exp.FirstValue(this=value.copy())),
                partition_by=[sql.column(name) for name in self.by],
                order=exp.Order(
                    expressions=[exp.Ordered(this=sql.column(each)) for each in (self.time, ROW)]
                ),
                spec=exp.WindowSpec(
                    kind="ROWS",
                    start=sql.literal(1),
                    start_side="FOLLOWING",
                    end="UNBOUNDED",
                    end_side="FOLLOWING",
                ),
            )

        if not table.split:
            return following(given)
        part = exp.Coalesce(this=sql.column(SPLIT), expressions=[sql.literal(TEST)])
        seen = exp.Case()
        for own in (TRAINING, VALIDATION, TEST):
            allowed = exp.Case().when(exp.LTE(this=part.copy(), expression=sql.literal(own)), given.copy())
            seen = seen.when(exp.EQ(this=part.copy(), expression=sql.literal(own)), following(allowed))
        return seen

    def _between(self, table: Table, name: str, fill: Fill) -> exp.Expr:
        """What a missing cell of a row that is there becomes."""
        around = self._around(table, name, fill)
        at = instant(sql.column(self.time), table.columns[self.time])
        given = {key: _with(value, at) for key, value in around.items()}
        return _drawn(name, fill, at, table.columns[name], given)


@dataclass(frozen=True)
class Facts:
    """Counts of a series: rows with a time, times that occur twice, steps off the grid, gaps, rows to put in."""

    rows: int
    twice: int
    off: int
    gaps: int
    long: int
    lacking: int


def _drawn(
    name: str, fill: Fill, here: exp.Expr, sql_type: str, around: dict[str, exp.Expr] | None = None
) -> exp.Expr:
    """The value at a time: the last known, or on the line from it to the next known; NULL beyond the last."""
    told = lambda form: around[form.format(name)] if around else sql.column(form.format(name))  # noqa: E731
    known = told(KNOWN)
    if fill != "linear" or not is_number(sql_type):
        return known
    share = exp.Div(
        this=sql.cast(exp.paren(here.copy() - told(KNOWN_AT)), "DOUBLE"),
        expression=exp.paren(told(AFTER_AT) - told(KNOWN_AT)),
    )
    start, end = sql.cast(known.copy(), "DOUBLE"), sql.cast(told(AFTER), "DOUBLE")
    drawn = exp.Add(this=start, expression=exp.paren(end - start.copy()) * exp.paren(share))
    return sql.cast(drawn, sql_type)


def _with(value: exp.Expr, at: exp.Expr) -> exp.Expr:
    """An expression over the series, its time written out."""
    return value.transform(
        lambda node: at.copy() if isinstance(node, exp.Column) and node.name == AT else node, copy=True
    )
