"""Train on the past, judge on the future."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.dataset.split import (
    USUAL,
    Assignment,
    Fractions,
    Split,
    part_of,
    reached_at,
    rows_before,
    shares_in_words,
    text_of,
)
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_moment, is_number
from thalweg.integrate.agreement import comparable


class ByTime(Split):
    """Divide by a time or a number: the lowest values for training, then validation, the highest for test.

        split: {by: time_hour, fractions: [0.7, 0.15, 0.15]}

    The cuts are exact quantiles of the main table as it was read; rows of one moment are never divided,
    they go with the earlier part. This judges a model as it will be used: on what came after.
    """

    kind: ClassVar[str] = "by"

    column: str
    """A date, a time or a number, of the main table."""
    fractions: Fractions = USUAL
    """The shares of rows for training, validation and test."""

    @classmethod
    def claims(cls, value: Any) -> bool:
        return isinstance(value, Mapping) and "by" in value

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"column": value}
        if isinstance(value, Mapping) and "by" in value and "column" not in value:
            return {("column" if key == "by" else key): field for key, field in value.items()}
        return value

    @classmethod
    def example(cls) -> Self:
        return cls(column="time_hour")

    def fit(self, main: Table) -> Assignment:
        sql_type = main.columns[main.require(self.column, "column to split by")]
        if not (is_moment(sql_type) or is_number(sql_type)):
            raise ComponentError(
                f"can't split by {self.column!r}: expected dates, times or numbers, found {sql_type}; "
                f"declare its type in the source, such as columns: {{{self.column}: TIMESTAMP}}, or write "
                f"{{group: {self.column}}}"
            )
        return Moments(self.column, sql_type, self._cuts(main, sql_type), tuple(self.fractions))

    def _cuts(self, main: Table, sql_type: str) -> tuple[str | None, str | None]:
        """The first value of validation and of test, as text, out of the counts of rows before each value."""
        value = _known(sql.column(self.column), sql_type)
        counted = exp.select(exp.alias_(value, "value"), exp.alias_(sql.row_count(), "rows"))
        counted = counted.from_(sql.relation(main.query)).where(sql.not_null(value)).group_by(value.copy())
        rows = sql.column("rows")
        up_to = exp.Window(
            this=exp.Sum(this=rows), order=exp.Order(expressions=[exp.Ordered(this=sql.column("value"))])
        )
        ranked = sql.select(
            counted,
            {
                "value": sql.column("value"),
                "before": exp.Sub(this=up_to, expression=rows.copy()),
                "total": exp.Window(this=exp.Sum(this=rows.copy())),
            },
        )
        found = [_first_after(share) for share in reached_at(self.fractions)]
        (cuts,) = main.session.rows(sql.select(ranked, {"validation": found[0], "test": found[1]}))
        return cuts[0], cuts[1]


@dataclass(frozen=True)
class Moments(Assignment):
    """The values, as text of the column's type, at which validation and test begin; None is never reached."""

    column: str
    type: str
    cuts: tuple[str | None, str | None]
    fractions: tuple[float, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def rule(self) -> str:
        validation, test = (cut or "nothing" for cut in self.cuts)
        return (
            f"by {self.column}, {shares_in_words(self.fractions)}: "
            f"validation from {validation}, test from {test}"
        )

    def expression(self, table: Table) -> exp.Expr | None:
        found = table.columns.get(self.column)
        if found is None or not comparable(found, self.type):
            return None
        cuts = [None if cut is None else sql.cast(sql.literal(cut), self.type) for cut in self.cuts]
        return part_of(_known(sql.column(self.column), found), cuts)


def _known(value: exp.Expr, sql_type: str) -> exp.Expr:
    """The value; NaN, which is neither early nor late, as NULL."""
    if family(sql_type) == "number" and not sql_type.startswith("DECIMAL"):
        return exp.Nullif(this=value, expression=sql.cast(sql.literal("NaN"), sql_type))
    return value


def _first_after(share: float) -> exp.Expr:
    """The lowest value that at least this share of the rows lies before."""
    late_enough = exp.GTE(this=sql.column("before"), expression=rows_before(share, sql.column("total")))
    before = exp.Case().when(late_enough, sql.column("before"))
    return exp.ArgMin(this=text_of(sql.column("value")), expression=before)
