"""What a row may see of others: those of its own part of the split, and of the parts before it."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import SPLIT, TEST, TRAINING, VALIDATION


def part_of_row() -> exp.Expr:
    """The part of the split that a row belongs to; one that can't be told sees what test rows see, and shows nothing
    to others."""
    return exp.Coalesce(this=sql.column(SPLIT), expressions=[sql.literal(TEST)])


def visible(given: exp.Expr, over: Callable[[exp.Expr], exp.Expr], part: exp.Expr | None) -> exp.Expr:
    """A window over a value, as each row may see it: NULL stands for the values of later parts.

    `over` makes the window, which must pass over NULL. `part` tells a row's part; None where there is no split.
    """
    if part is None:
        return over(given)
    seen = exp.Case()
    for own in (TRAINING, VALIDATION, TEST):
        allowed = exp.LTE(this=part.copy(), expression=sql.literal(own))
        masked = exp.Case().when(allowed, given.copy()).else_(exp.null())
        seen = seen.when(exp.EQ(this=part.copy(), expression=sql.literal(own)), over(masked))
    return seen
