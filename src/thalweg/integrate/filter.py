"""Rows that satisfy a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import field_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.rowwise import parse_rowwise, type_of
from thalweg.engines.table import Table
from thalweg.engines.types import family
from thalweg.integrate.operation import Integrated, Operation


class Filter(Operation):
    """Keep the rows for which a condition is true; the others are dropped and counted.

        - filter: "distance < 3000 AND carrier <> 'HA'"

    Where the condition can't be told, because a value is missing, the row is dropped too and counted apart.
    """

    kind: ClassVar[str] = "filter"

    keep: str
    """An SQL condition over the columns of one row."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"keep": value} if isinstance(value, str) else value

    @field_validator("keep")
    @classmethod
    def _not_empty(cls, keep: str) -> str:
        if not keep.strip():
            raise ComponentError('filter needs a condition, such as "distance < 3000"')
        return keep

    @classmethod
    def example(cls) -> Self:
        return cls(keep="distance < 3000")

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        condition = self._condition(table)
        counts = table.aggregate(
            rows=sql.row_count(),
            kept=sql.true_count(condition),
            unknown=sql.true_count(sql.is_null(condition)),
        )
        return Integrated(table.where(condition), self._entry(table, **counts))

    def _condition(self, table: Table) -> exp.Expr:
        condition = parse_rowwise(table, self.keep, "condition")
        found = type_of(table, condition, f"filter {self.keep!r}")
        if family(found) != "boolean":
            raise ComponentError(
                f"filter {self.keep!r}: expected a condition (BOOLEAN), found a value of type {found}"
            )
        return condition

    def _entry(self, table: Table, rows: int, kept: int, unknown: int) -> Entry:
        fates = {f"not {self.keep}": rows - kept - unknown, f"missing value in {self.keep}": unknown}
        reasons = tuple(Reason(fate="dropped", rule=rule, rows=lost) for rule, lost in fates.items() if lost)
        step = f"filter {self.keep}"
        return Entry(
            stage="integrate",
            table=table.name,
            step=step,
            rows_in=rows,
            kept=kept,
            dropped=rows - kept,
            reasons=reasons,
        )
