"""Values that a user wrote, made to fit a column; and what counts as no value."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_moment, is_number

Value = bool | int | float | date | datetime | str
"""A value as YAML or JSON can write it."""

FLOATS = ("FLOAT", "DOUBLE")


def absent(value: exp.Expr, sql_type: str) -> exp.Expr:
    """Whether there is no value: NULL, and NaN, which is a missing number under another name."""
    if sql_type.upper() not in FLOATS:
        return sql.is_null(value)
    return sql.any_of([sql.is_null(value), sql.call("isnan", value.copy())])


def present(value: exp.Expr, sql_type: str) -> exp.Expr:
    """Whether there is a value."""
    return sql.negated(absent(value, sql_type))


def fitting(table: Table, name: str, value: Any, what: str) -> exp.Expr:
    """A value the user wrote for a column, as SQL of the column's type.

    Raises ComponentError where the value is not one that the column can hold: text for a number, 0.5 for an
    integer, a text that is no date for a date.
    """
    sql_type = table.columns[name]
    if not _same_sort(value, sql_type):
        raise misfit(table, name, value, what)
    literal = sql.literal(value)
    if family(sql_type) == "text":
        return literal
    fits = sql.cast(literal, sql_type, strict=False)
    exact = is_number(sql_type) and sql_type.upper() not in FLOATS
    same = exp.EQ(this=fits.copy(), expression=literal.copy()) if exact else sql.not_null(fits)
    ((held,),) = table.session.rows(exp.select(exp.alias_(same, "held")))
    if not held:
        raise misfit(table, name, value, what)
    return sql.cast(literal, sql_type)


def misfit(table: Table, name: str, value: Any, what: str) -> ComponentError:
    """The error for a value of the wrong sort."""
    advice = "; give the column a type of number first" if isinstance(value, (int, float)) else ""
    return ComponentError(
        f"{what} of column {name!r} must be a value of type {table.columns[name]}, received {value!r}{advice}"
    )


def _same_sort(value: Any, sql_type: str) -> bool:
    if isinstance(value, bool):
        return family(sql_type) == "boolean"
    if isinstance(value, (int, float)):
        return is_number(sql_type) and math.isfinite(value)
    if isinstance(value, (date, datetime)):
        return is_moment(sql_type)
    return isinstance(value, str) and (family(sql_type) in ("text", "time") or is_moment(sql_type))
