"""What a missing cell of a series is given: the last known value, or a point on the line from it to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from thalweg.clean.carry import Carry, last_before
from thalweg.clean.series import AT, Series
from thalweg.clean.values import present
from thalweg.clean.visible import part_of_row, visible
from thalweg.engines import sql
from thalweg.engines.table import ROW
from thalweg.engines.types import is_number

Fill = Literal["forward", "linear", "none"]


@dataclass(frozen=True)
class Filling:
    """How one column of a series is filled. A line is drawn between numbers alone; else values are carried."""

    series: Series
    name: str
    fill: Fill

    @property
    def _kind(self) -> str:
        return self.series.table.columns[self.name]

    @property
    def _known(self) -> str:
        return f"__known {self.name}"

    @property
    def _line(self) -> tuple[str, str, str]:
        """The names of the time of the last known value, of the next known value, and of its time."""
        return f"__known_at {self.name}", f"__after {self.name}", f"__after_at {self.name}"

    @property
    def _is_line(self) -> bool:
        return self.fill == "linear" and is_number(self._kind)

    def around(self) -> dict[str, exp.Expr]:
        """What `drawn` needs, over the series: the last known value up to a row; for a line, its time too, and the
        next known value with its time."""
        if self.fill == "none":
            return {self._known: sql.cast(exp.null(), self._kind)}
        there = present(sql.column(self.name), self._kind)
        given = exp.Case().when(there, sql.column(self.name)).else_(exp.null())
        if not self._is_line:
            return {self._known: self._last(given)}
        at = exp.Case().when(sql.not_null(exp.paren(given)), sql.column(AT)).else_(exp.null())
        known_at, after, after_at = self._line
        return {
            self._known: self._last(given),
            known_at: self._last(at),
            after: self._next(given),
            after_at: self._next(at),
        }

    def drawn(self, here: exp.Expr) -> exp.Expr:
        """The value at a time, over columns named as in `around`; NULL beyond the last known value."""
        return self._drawn(here, {name: sql.column(name) for name in (self._known, *self._line)})

    def between(self) -> exp.Expr:
        """What a missing cell of a row that is there becomes, over the table itself."""
        at = self.series.at
        return self._drawn(at, {name: _over_table(value, at) for name, value in self.around().items()})

    def _drawn(self, here: exp.Expr, around: Mapping[str, exp.Expr]) -> exp.Expr:
        known = around[self._known]
        if not self._is_line:
            return known
        known_at, after, after_at = (around[name] for name in self._line)
        share = exp.Div(
            this=sql.cast(exp.paren(here.copy() - known_at), "DOUBLE"),
            expression=exp.paren(after_at - known_at),
        )
        start, end = sql.cast(known.copy(), "DOUBLE"), sql.cast(after, "DOUBLE")
        line = exp.Add(this=start, expression=exp.paren(end - start.copy()) * exp.paren(share))
        return sql.cast(line, self._kind)

    def _last(self, given: exp.Expr) -> exp.Expr:
        carry = Carry(order=(self.series.time,), by=tuple(self.series.by))
        return last_before(given, carry, self.series.table.split)

    def _next(self, given: exp.Expr) -> exp.Expr:
        """The next value that is not NULL in the series, as a row of each part of the split may see it."""
        return visible(given, self._following, part_of_row() if self.series.table.split else None)

    def _following(self, value: exp.Expr) -> exp.Expr:
        order = [exp.Ordered(this=sql.column(each)) for each in (self.series.time, ROW)]
        return exp.Window(
            this=exp.IgnoreNulls(this=exp.FirstValue(this=value.copy())),
            partition_by=[sql.column(name) for name in self.series.by],
            order=exp.Order(expressions=order),
            spec=exp.WindowSpec(
                kind="ROWS",
                start=sql.literal(1),
                start_side="FOLLOWING",
                end="UNBOUNDED",
                end_side="FOLLOWING",
            ),
        )


def _over_table(value: exp.Expr, at: exp.Expr) -> exp.Expr:
    """An expression over the series as one over its table: its time written out."""
    return value.transform(
        lambda node: at.copy() if isinstance(node, exp.Column) and node.name == AT else node, copy=True
    )
