"""Points in time as whole microseconds, and lengths of time as people write them."""

from __future__ import annotations

import re

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.types import is_moment

MICROSECONDS = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
DAY = MICROSECONDS["day"]


def microseconds(text: str | int | float) -> int:
    """The length of `7 days`, `1 hour`, `day` or `1.5 hours`, in microseconds.

    Raises ComponentError where it is none of these: a month and a year are not always equally long.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)?\s*([a-z]+?)s?\s*", str(text).lower())
    if not found or found[2] not in MICROSECONDS:
        units = ", ".join(f"{unit}s" for unit in reversed(MICROSECONDS))
        raise ComponentError(
            f"expected a length of time such as '7 days', in one of {units}, received {text!r}"
        )
    length = round(float(found[1] or 1) * MICROSECONDS[found[2]])
    if length < 1:
        raise ComponentError(f"expected a length of time above 0, received {text!r}")
    return length


def instant(value: exp.Expr, sql_type: str) -> exp.Expr:
    """A day or point in time as whole microseconds since 1970 (BIGINT), NULL where it is not finite.

    A day is its midnight. A nanosecond is rounded down to its microsecond. Raises ComponentError for another type.
    """
    if not is_moment(sql_type):
        raise ComponentError(f"expected a date or a time, found {sql_type}")
    zoned = sql_type.upper().endswith("WITH TIME ZONE")
    plain = value.copy() if zoned else sql.cast(value.copy(), "TIMESTAMP")
    return exp.Case().when(sql.call("isfinite", value.copy()), sql.call("epoch_us", plain)).else_(exp.null())


def later(value: exp.Expr, length: exp.Expr, sql_type: str) -> exp.Expr:
    """A day or point in time some microseconds later, in its own type."""
    moved = exp.Add(this=value.copy(), expression=sql.call("to_microseconds", length.copy()))
    return sql.cast(moved, sql_type)
