"""Gaps in time series: rows that are missing between others, put in and marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import field_validator
from sqlglot import exp

from thalweg.clean.filling import Fill, Filling
from thalweg.clean.names import Names, require_new
from thalweg.clean.series import AT, NEXT, Facts, Series
from thalweg.clean.step import Outcome, Step
from thalweg.clean.values import present
from thalweg.core.errors import ComponentError, DataError
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.moments import later, microseconds
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family, is_moment, is_number

STEP = "__step"
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
    by: Names = ()
    """Columns that make a series, such as a station. Left out: the whole table is one."""
    fill: Fill | dict[str, Fill] = "forward"
    """forward, linear or none, for every column or by column; columns that are not named are carried forward."""
    mark: str = "filled"
    """The new column that is true of rows put in and of rows with a cell filled."""
    longest: int | None = None
    """The longest gap, in rows, that is closed; longer ones stay and are counted. Left out: any."""
    off: Literal["refuse", "keep"] = "refuse"
    """What to do about rows whose time is not a whole number of steps after the one before: refuse, or leave them."""

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
        series = Series(table, self.time, self.by, microseconds(self.every), self.longest)
        facts = series.facts()
        self._check_facts(table, facts)
        fillings = [Filling(series, name, self._fill_of(name)) for name in self._others(table)]
        added = self._added(series, fillings)
        kept = table.session.keep(f"gaps_{fingerprint(table.session.sql(added))}", added)
        names = tuple(filling.name for filling in fillings)
        return Outcome(
            self._changes(table, fillings),
            notes={what: rows for what, rows in _told(table, facts).items() if rows},
            origins={**{name: (name,) for name in names}, self.mark: names},
            added=sql.select(kept, [*table.columns, self.mark, *table.hidden]),
        )

    def _others(self, table: Table) -> list[str]:
        return [name for name in table.columns if name not in (self.time, *self.by)]

    def _fill_of(self, name: str) -> Fill:
        return self.fill if isinstance(self.fill, str) else self.fill.get(name, "forward")

    def _changes(self, table: Table, fillings: Sequence[Filling]) -> dict[str, exp.Expr]:
        """What becomes of missing cells in rows that are there, and the mark."""
        changes: dict[str, exp.Expr] = {}
        filled = []
        for filling in fillings:
            if filling.fill == "none":
                continue
            cell = sql.column(filling.name)
            missing = sql.negated(present(cell, table.columns[filling.name]))
            value = filling.between()
            changes[filling.name] = exp.Case().when(missing, value).else_(cell)
            filled.append(sql.all_of([missing.copy(), sql.not_null(exp.paren(value))]))
        return {**changes, self.mark: sql.any_of(filled)}

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
        require_new(table, self.mark, self.kind, "mark")
        for name in self._others(table):
            asked = self.fill.get(name) if isinstance(self.fill, dict) else None
            if asked == "linear" and not is_number(table.columns[name]):
                raise ComponentError(
                    f"gaps: no line can be drawn between values of {name!r}, which is {table.columns[name]}: "
                    "use forward"
                )

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

    def _added(self, series: Series, fillings: Sequence[Filling]) -> exp.Select:
        """The rows to put in: each takes its cells from the rows around it."""
        table = series.table
        known: dict[str, exp.Expr] = {
            name: sql.column(name) for name in (self.time, *self.by, *table.hidden, AT, NEXT)
        }
        for filling in fillings:
            known |= filling.around()
        before = sql.select(series.rows(), known)
        last = exp.Add(this=series.lacking(), expression=sql.literal(1))
        places = exp.Explode(this=sql.call("range", 1, last))
        steps = sql.select(before, {**{name: sql.column(name) for name in known}, STEP: places})
        ahead = exp.Mul(this=sql.column(STEP), expression=sql.literal(series.every))
        here = exp.Add(this=sql.column(AT), expression=ahead)
        cells: dict[str, exp.Expr] = {name: sql.column(name) for name in (*self.by, *table.hidden)}
        cells[self.time] = later(sql.column(self.time), ahead.copy(), table.columns[self.time])
        cells |= {filling.name: filling.drawn(here) for filling in fillings}
        cells |= {self.mark: exp.true(), ROW: _place(table)}
        wanted = {name: cells[name] for name in (*table.columns, self.mark, *table.hidden)}
        return sql.select(steps.where(series.closed()), wanted)


def _place(table: Table) -> exp.Expr:
    """The position of a row that is put in: behind all others, in the order of the rows they stand after."""
    ((last,),) = table.session.rows(sql.select(table.query, {"last": exp.Max(this=sql.column(ROW))}))
    order = exp.Order(expressions=[exp.Ordered(this=sql.column(each)) for each in (ROW, STEP)])
    place = exp.Window(this=exp.RowNumber(), order=order)
    return exp.Add(this=place, expression=sql.literal(int(last or 0)))


def _told(table: Table, facts: Facts) -> dict[str, int]:
    """What the account says of the series."""
    return {
        "gaps closed": facts.gaps - facts.long,
        "gaps too long": facts.long,
        "rows off the grid": facts.off,
        "rows without time": table.count() - facts.rows,
    }
