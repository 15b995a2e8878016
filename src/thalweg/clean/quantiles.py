"""Exact quantiles of any number of rows, in memory that does not grow with them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import Table

VALUE = "__value"


def quantiles(table: Table, value: exp.Expr, fractions: Sequence[float]) -> list[float] | None:
    """The values at some fractions of the ordered finite values, each one that occurs; None where there are none.

    The value at fraction f of n is the ⌈f·n⌉-th: what SQL calls PERCENTILE_DISC. Sorted out of core, one value a row.
    """
    number = sql.cast(value.copy(), "DOUBLE")
    values = sql.select(table.query, {VALUE: number}).where(sql.call("isfinite", number.copy()))
    ((rows,),) = table.session.rows(sql.select(values, {"rows": sql.row_count()}))
    if not rows:
        return None
    return [_at(table, values, max(math.ceil(fraction * rows) - 1, 0)) for fraction in fractions]


def _at(table: Table, values: exp.Query, position: int) -> float:
    ordered = sql.select(values, [VALUE]).order_by(exp.Ordered(this=sql.column(VALUE), nulls_first=False))
    ((found,),) = table.session.rows(ordered.limit(1).offset(position))
    return found
