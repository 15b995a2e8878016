"""A table on its way through the stages: a query that an engine can run, and what is known of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from thalweg.core.errors import ComponentError, PipelineError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql

if TYPE_CHECKING:
    from thalweg.engines.engine import Session

ROW = "__row"  # BIGINT, unique in a table: the position of the row in its source
SPLIT = "__split"  # TINYINT: 0 training, 1 validation, 2 test, NULL cannot be told. Only tables with a split have it.
HIDDEN = (ROW, SPLIT)
TRAINING, VALIDATION, TEST = 0, 1, 2


@dataclass(frozen=True)
class Table:
    """An immutable relation. Methods give new tables; nothing is computed until a session is asked.

    `columns` maps the visible names to DuckDB types, in order. `lineage` maps each to the source columns, as
    `table.column`, that its values were computed from. `query` also yields the hidden columns `__row` and,
    where `split` is true, `__split`. `closed` says why nothing may be learnt from the table, where it is not
    known which of its rows belong to training.
    """

    session: Session
    name: str
    query: exp.Query
    columns: Mapping[str, str]
    lineage: Mapping[str, frozenset[str]] = field(default_factory=dict)
    split: bool = False
    closed: str | None = None

    @property
    def hidden(self) -> tuple[str, ...]:
        return HIDDEN if self.split else (ROW,)

    def require(self, name: str, what: str = "column") -> str:
        """The name itself. Raises ComponentError with the nearest one when the table has no such column."""
        if name not in self.columns:
            raise ComponentError(
                f"table {self.name!r} has no {what} {name!r}; {did_you_mean(name, self.columns)}"
            )
        return name

    def expression(self, text: str, what: str = "expression") -> exp.Expr:
        """A user's SQL expression over this table's columns. Raises ComponentError where it is wrong."""
        return sql.parse_expression(text, self.columns, what)

    def select(self, columns: Mapping[str, exp.Expr]) -> Table:
        """The table with these visible columns instead; hidden columns stay; types and lineage are worked out."""
        kept = {name: sql.column(name) for name in self.hidden}
        query = sql.select(self.query, {**columns, **kept})
        types = self.session.columns(query)
        lineage = {
            name: frozenset().union(*(self.lineage.get(used, frozenset()) for used in sql.columns_of(value)))
            for name, value in columns.items()
        }
        return replace(self, query=query, columns={name: types[name] for name in columns}, lineage=lineage)

    def change(self, changes: Mapping[str, exp.Expr]) -> Table:
        """The table with some columns replaced in place, or appended where they are new."""
        every = {name: changes.get(name, sql.column(name)) for name in self.columns}
        return self.select({**every, **{n: value for n, value in changes.items() if n not in every}})

    def where(self, condition: exp.Expr) -> Table:
        """The rows that satisfy a condition."""
        names = [*self.columns, *self.hidden]
        return replace(self, query=sql.select(self.query, names).where(condition.copy(), copy=False))

    def training(self) -> Table:
        """The training rows alone: the only ones anything may be learnt from.

        Raises PipelineError where the table is closed to learning.
        """
        if self.closed:
            raise PipelineError(
                self.closed,
                hint="write the values instead of letting them be learnt, such as bounds of outliers",
            )
        return (
            self.where(exp.EQ(this=sql.column(SPLIT), expression=sql.literal(TRAINING)))
            if self.split
            else self
        )

    def aggregate(self, **values: exp.Expr) -> dict[str, Any]:
        """One row of aggregates over the table, by name."""
        (row,) = self.session.rows(sql.select(self.query, values))
        return dict(zip(values, row, strict=True))

    def count(self) -> int:
        """How many rows there are."""
        return self.aggregate(rows=sql.row_count())["rows"]
