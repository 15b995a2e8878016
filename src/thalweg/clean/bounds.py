"""A lowest and a highest value that a column may have."""

from __future__ import annotations

import math
from typing import Any

from sqlglot import exp

from thalweg.clean.values import Value, fitting, present
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family

Bounds = tuple[Value | None, Value | None]
"""[low, high], both allowed themselves; None where there is no such bound."""


def bounded(bounds: Bounds | None) -> Bounds | None:
    """The bounds themselves. Raises ComponentError where they are reversed, of two sorts, or bound nothing."""
    if bounds is None:
        return None
    low, high = bounds
    if low is None and high is None:
        raise ComponentError("expected bounds as [low, high], received none; one of them may be null")
    if any(isinstance(bound, float) and not math.isfinite(bound) for bound in bounds):
        raise ComponentError(
            f"expected finite bounds, received {list(bounds)}; write null where there is none"
        )
    if low is None or high is None:
        return bounds
    try:
        reversed_ = low > high  # pyright: ignore[reportOperatorIssue]
    except TypeError as error:
        raise ComponentError(f"expected two bounds of one sort, received {low!r} and {high!r}") from error
    if reversed_:
        raise ComponentError(f"bounds are reversed: {low!r} is above {high!r}; write them as [low, high]")
    return bounds


def within(bounds: Bounds) -> str:
    """The rule in words."""
    low, high = bounds
    if low is None:
        return f"at most {said(high)}"
    if high is None:
        return f"at least {said(low)}"
    return f"between {said(low)} and {said(high)}"


def said(value: Any) -> str:
    """A value as a person would write it."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def outside(table: Table, name: str, bounds: Bounds) -> exp.Expr:
    """Whether a value is there and outside the bounds. Raises ComponentError where they don't fit the column."""
    sql_type = table.columns[table.require(name)]
    if family(sql_type) not in ("integer", "number", "text", "date", "timestamp", "time"):
        raise ComponentError(f"column {name!r} is {sql_type}: its values have no order to be between bounds")
    low, high = (limit(table, name, value) for value in bounds)
    value = sql.column(name)
    beyond = [exp.LT(this=value.copy(), expression=low)] if low is not None else []
    beyond += [exp.GT(this=value.copy(), expression=high)] if high is not None else []
    return sql.all_of([present(value, sql_type), sql.any_of(beyond)])


def limit(table: Table, name: str, bound: Value | None) -> exp.Expr | None:
    """A bound as SQL: a number as it was written, anything else as a value of the column's type."""
    if bound is None:
        return None
    number = isinstance(bound, (int, float)) and not isinstance(bound, bool)
    if number and family(table.columns[name]) in ("integer", "number"):
        return sql.literal(bound)
    return fitting(table, name, bound, "a bound")
