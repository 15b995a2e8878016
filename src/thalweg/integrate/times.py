"""The times that two tables are set beside each other by: as they are written, and whether they fit."""

from __future__ import annotations

from sqlglot import exp

from thalweg.clean.values import present
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.moments import instant
from thalweg.engines.table import Table
from thalweg.engines.types import is_moment, is_number
from thalweg.integrate.agreement import may_stack


def time_pair(time: str | dict[str, str], what: str) -> tuple[str, str]:
    """The column here and the column there. Raises ComponentError where it is not one pair."""
    if isinstance(time, str):
        return time, time
    if len(time) != 1:
        raise ComponentError(
            f"{what} compares one time: expected a column, or {{column here: column there}}, received {time}"
        )
    ((here, there),) = time.items()
    return here, there


def check_times(table: Table, here: str, other: Table, there: str, what: str) -> None:
    """Raises ComponentError where a column is unknown, has no order, or is of another sort than its partner."""
    one = table.columns[table.require(here, "time column")]
    two = other.columns[other.require(there, "time column")]
    ordered = all(is_moment(kind) or is_number(kind) for kind in (one, two))
    if not ordered or not may_stack(one, two):
        raise ComponentError(
            f"{what} {other.name}: expected two dates, times or numbers that can be compared; {here!r} of "
            f"{table.name!r} is {one}, {there!r} of {other.name!r} is {two}; make them alike in clean with a "
            f"`types` step"
        )


def comparable_time(table: Table, name: str) -> exp.Expr:
    """A time in whole microseconds, a number as it is; NULL where there is none, or it is not finite."""
    sql_type, value = table.columns[name], sql.column(name)
    if is_moment(sql_type):
        return instant(value, sql_type)
    return exp.Case().when(present(value, sql_type), value.copy()).else_(exp.null())
