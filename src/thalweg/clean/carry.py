"""Carrying the last value forward, in order and within a group, never from a row that judges to one it judges."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import field_validator
from sqlglot import exp

from thalweg.clean.names import Names
from thalweg.clean.visible import part_of_row, visible
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import ROW


class Carry(Section):
    """The last value before, in order, within a group."""

    order: Names
    """Columns by which rows are ordered; ties go by position in the source."""
    by: Names = ()
    """Columns that make a group, such as a machine. Left out: the whole table is one."""

    @field_validator("order")
    @classmethod
    def _has_an_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ComponentError("carry needs 'order': the column that says which value came before")
        return value


def last_before(given: exp.Expr, carry: Carry, split: bool) -> exp.Expr:
    """The last value that is not NULL, in order, within the group; seen from a row of each part of the split."""
    return visible(given, lambda value: _last(value, carry), part_of_row() if split else None)


def _last(given: exp.Expr, carry: Carry) -> exp.Expr:
    return exp.Window(
        this=exp.IgnoreNulls(this=exp.LastValue(this=given.copy())),
        partition_by=_columns(carry.by),
        order=exp.Order(expressions=[exp.Ordered(this=name) for name in _columns((*carry.order, ROW))]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )


def _columns(names: Sequence[str]) -> list[exp.Expr]:
    return [sql.column(name) for name in names]
