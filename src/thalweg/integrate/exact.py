"""Sums that are the same whatever the order: whole numbers and decimals, floats as decimals of twelve places.

Floating-point addition depends on the order, and an engine on many cores keeps none. So a float is rounded to
1e-12 first and added exactly, in 38 digits.
"""

from __future__ import annotations

from sqlglot import exp

from thalweg.clean.values import FLOATS, present
from thalweg.core.errors import DataError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family

PLACES = 12
LARGEST = 1e15
"""The greatest magnitude of a float that may be added: 10**11 of them still fit in 38 digits."""
SMALLEST = 1e-4
"""The least magnitude that a column's greatest may have: else rounding would leave fewer than eight digits."""


def summand(name: str, sql_type: str) -> exp.Expr:
    """A number of a column as one that is added exactly; NULL where it is missing or NaN."""
    value = sql.column(name)
    if family(sql_type) == "integer":
        return sql.cast(value, "HUGEINT")
    if sql_type.upper() in FLOATS:
        rounded = sql.cast(sql.cast(value.copy(), "DOUBLE"), f"DECIMAL(38,{PLACES})")
        return exp.Case().when(present(value, sql_type), rounded).else_(exp.null())
    scale = sql_type.rstrip(")").rpartition(",")[2].strip()
    return sql.cast(value, f"DECIMAL(38,{scale})")


def as_sum(total: exp.Expr, sql_type: str) -> exp.Expr:
    """An exact sum in the type a user expects: BIGINT of whole numbers, DOUBLE of floats, else the decimal itself."""
    if family(sql_type) == "integer":
        return sql.cast(total, "BIGINT")
    return sql.cast(total, "DOUBLE") if sql_type.upper() in FLOATS else total


def check_summable(table: Table, name: str) -> None:
    """Raises DataError where the floats of a column are too large, or all too small, to be added exactly."""
    sql_type = table.columns[name]
    if sql_type.upper() not in FLOATS:
        return
    value = sql.column(name)
    size = exp.Case().when(present(value, sql_type), sql.call("abs", value.copy())).else_(exp.null())
    largest = table.aggregate(largest=exp.Max(this=size))["largest"]
    if largest is None or largest == 0 or SMALLEST <= largest < LARGEST:
        return
    expected = f"values below {LARGEST:g}" if largest >= LARGEST else f"some value of at least {SMALLEST:g}"
    factor = "1e-9" if largest >= LARGEST else "1e9"
    raise DataError(
        f"{name!r} of {table.name!r} can't be added exactly: expected {expected}, its largest magnitude is {largest:g}",
        hint=f"change its unit first, or set such values aside in clean: {{{table.name}: [{{outliers: "
        f"{{{name}: …}}}}]}}; a factor such as {factor} would do",
    )
