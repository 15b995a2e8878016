"""Cells that hold the value of the next column too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator
from sqlglot import exp

from thalweg.clean.step import Outcome, Step
from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import Table

SEPARATOR = r"[\s,;/|-]+"
VALUE, ROWS = "__fused", "__rows"


class Fused(Step):
    """Part two values that were written into one cell, where the other's cell is empty.

    `{city: state}`: where the state is missing and the city ends with a blank or punctuation and a known state, as
    `Denver CO`, the state is `CO` and the city `Denver`. Known is what `support` training rows hold in that column.
    """

    kind: ClassVar[str] = "fused"

    columns: dict[str, str]
    """Each column of text that may hold two values, with the column that the second one belongs to."""
    support: int = Field(default=2, ge=1)
    """The fewest training rows that make a value known."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and not isinstance(value.get("columns"), Mapping):
            settings = {key: field for key, field in value.items() if key == "support"}
            return {**settings, "columns": {key: f for key, f in value.items() if key not in settings}}
        return value

    @field_validator("columns")
    @classmethod
    def _are_pairs(cls, value: dict[str, str]) -> dict[str, str]:
        for name, other in value.items():
            if name == other:
                raise ComponentError(f"expected two columns, received {name!r} twice")
        return value

    @classmethod
    def example(cls) -> Fused:
        return cls.model_validate({"city": "state"})

    def apply(self, table: Table) -> Outcome:
        changes: dict[str, exp.Expr] = {}
        for name, other in self.columns.items():
            for used in (name, other):
                if table.columns[table.require(used)] != "VARCHAR":
                    raise ComponentError(f"column {used!r} is {table.columns[used]}, not text")
                if used in changes:
                    raise ComponentError(f"column {used!r} is named twice: write a second step for it")
            tail, when = parted(name, other, known_values(table, other, self.support))
            head = sql.call("regexp_replace", sql.column(name), f"{SEPARATOR}[^\\s,;/|-]+$", "")
            changes[name] = exp.Case().when(when, head).else_(sql.column(name))
            changes[other] = exp.Case().when(when.copy(), tail).else_(sql.column(other))
        return Outcome(changes)


def known_values(table: Table, column: str, support: int) -> exp.Table:
    """The values that a column has in at least so many training rows, kept."""
    value = sql.column(column)
    often = sql.select(table.training().query, {VALUE: value}).where(sql.not_null(value))
    often = often.group_by(value.copy()).having(sql.row_count() >= sql.literal(support))
    return table.session.keep(f"known_{fingerprint(table.session.sql(often))}", often)


def parted(name: str, other: str, known: exp.Table) -> tuple[exp.Expr, exp.Expr]:
    """The last word of a column's text; and whether it is a known value of another column, missing in that row."""
    value = sql.column(other)
    tail = sql.call("regexp_extract", sql.column(name), f"[^\\s,;/|-]{SEPARATOR}([^\\s,;/|-]+)$", 1)
    empty = exp.EQ(this=sql.call("trim", value.copy()), expression=sql.literal(""))
    is_known = exp.In(this=tail.copy(), query=sql.select(known, [VALUE]).subquery())
    return tail, sql.all_of([sql.any_of([sql.is_null(value), empty]), is_known])
