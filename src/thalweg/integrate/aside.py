"""Rows that operations set aside, gathered for the quarantine: as they stood where they left, with step and rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW
from thalweg.integrate.operation import SetAside

STEP, RULE = "step", "rule"
TEXT = "VARCHAR"


def rows_aside(aside: Sequence[tuple[str, SetAside]]) -> exp.Query | None:
    """The rows of all parts, each given with its step, in the order of `__row` and then of the steps' names.

    Every column that one of the tables had is there: NULL for rows of a table that lacked it, text where two tables
    had it with different types. `__row`, `step` and `rule` follow; a column of the table that has such a name is
    called `raw_step` or `raw_rule`, as in the quarantine of other stages. None where nothing was set aside.
    """
    if not aside:
        return None
    types = _types([part for _, part in aside])
    parts = [_part(step, part, types) for step, part in aside]
    every = reduce(lambda one, other: exp.union(one, other, distinct=False), parts)
    told = sql.select(every, [*types, ROW, STEP, RULE])
    return told.order_by(sql.column(ROW, "t"), sql.column(STEP, "t"))


def _types(parts: Sequence[SetAside]) -> dict[str, str]:
    """The type of every column, under the name it has in quarantine; names that differ in case alone are one."""
    types: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for part in parts:
        for name, kind in part.rows.columns.items():
            called = spelt.setdefault(name.casefold(), _free(name, part.rows.columns))
            types[called] = kind if types.get(called, kind) == kind else TEXT
    return types


def _free(name: str, others: Mapping[str, str]) -> str:
    """A name unlike those that say why a row is here, and unlike its neighbours'."""
    taken = {other.casefold() for other in others} - {name.casefold()} | {STEP, RULE}
    while name.casefold() in taken:
        name = f"raw_{name}"
    return name


def _part(step: str, part: SetAside, types: Mapping[str, str]) -> exp.Select:
    columns = part.rows.columns
    there = {_free(name, columns).casefold(): name for name in columns}
    values: dict[str, exp.Expr] = {}
    for called, kind in types.items():
        name = there.get(called.casefold())
        value = exp.null() if name is None else sql.column(name)
        values[called] = value if name is not None and columns[name] == kind else sql.cast(value, kind)
    return sql.select(
        part.rows.query,
        {**values, ROW: sql.column(ROW), STEP: sql.literal(step), RULE: sql.literal(part.rule)},
    )
