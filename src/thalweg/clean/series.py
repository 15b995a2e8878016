"""The rows of a table as series: each with its time and that of the next, and how many are lacking in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.moments import instant
from thalweg.engines.table import ROW, Table

AT, NEXT = "__at", "__next"


@dataclass(frozen=True)
class Facts:
    """Counts of series: rows with a time, times that occur twice, steps off the grid, gaps, those too long to be
    closed, rows to put in."""

    rows: int
    twice: int
    off: int
    gaps: int
    long: int
    lacking: int


@dataclass(frozen=True)
class Series:
    """The rows of a table in the order of `time`, a series for each value of `by`, with a row every `every` µs.

    Gaps of more than `longest` rows are left; None closes any.
    """

    table: Table
    time: str
    by: Sequence[str]
    every: int
    longest: int | None

    @property
    def at(self) -> exp.Expr:
        """The time of a row of the table, in microseconds."""
        return instant(sql.column(self.time), self.table.columns[self.time])

    def rows(self) -> exp.Select:
        """Each row that has a time, with its own (`__at`) and that of the next of its series (`__next`)."""
        following = exp.Window(
            this=exp.Lead(this=self.at),
            partition_by=[sql.column(name) for name in self.by],
            order=exp.Order(expressions=[exp.Ordered(this=self.at), exp.Ordered(this=sql.column(ROW))]),
        )
        names = {name: sql.column(name) for name in (*self.table.columns, *self.table.hidden)}
        told = sql.select(self.table.query, {**names, AT: self.at, NEXT: following})
        return told.where(sql.not_null(self.at))

    def lacking(self) -> exp.Expr:
        """How many rows are missing after a row."""
        steps = exp.IntDiv(this=_ahead(), expression=sql.literal(self.every))
        return exp.paren(exp.Sub(this=steps, expression=sql.literal(1)))

    def closed(self) -> exp.Expr:
        """Whether rows are put in after a row."""
        some = exp.GT(this=self.lacking(), expression=sql.literal(0))
        if self.longest is None:
            return some
        return sql.all_of([some, exp.LTE(this=self.lacking(), expression=sql.literal(self.longest))])

    def facts(self) -> Facts:
        """The counts, in one pass."""
        every = sql.literal(self.every)
        beyond = sql.literal(2**62 if self.longest is None else self.longest)
        off_grid = exp.NEQ(this=exp.Mod(this=_ahead(), expression=every), expression=sql.literal(0))
        wanted = {
            "rows": sql.row_count(),
            "twice": sql.true_count(exp.EQ(this=_ahead(), expression=sql.literal(0))),
            "off": sql.true_count(off_grid),
            "gaps": sql.true_count(exp.GT(this=self.lacking(), expression=sql.literal(0))),
            "long": sql.true_count(exp.GT(this=self.lacking(), expression=beyond)),
            "lacking": exp.Sum(this=exp.Case().when(self.closed(), self.lacking()).else_(sql.literal(0))),
        }
        (row,) = self.table.session.rows(sql.select(self.rows(), wanted))
        return Facts(*(int(value or 0) for value in row))


def _ahead() -> exp.Expr:
    """Microseconds from a row to the next of its series."""
    return exp.paren(sql.column(NEXT) - sql.column(AT))
