"""A sample of rows that depends on the rows alone, the same on every engine."""

from __future__ import annotations

import math
from dataclasses import replace

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

SAMPLE_ROWS = 100_000
SPREAD = 10  # standard deviations of the number of rows below a threshold: never missed
MODULUS, MULTIPLIER = 2**31 - 1, 1_327_217_885  # a prime, and its golden section: neighbours end up far apart


def sampled(table: Table, rows: int, wanted: int = SAMPLE_ROWS) -> Table:
    """`wanted` of the table's `rows` rows, all of them where there are fewer; in the order they are drawn.

    Rows are drawn by a number made of their position; a threshold on it keeps the sort small. A smaller sample is
    the beginning of a greater one.
    """
    drawn = _number()
    query = sql.select(table.query, [*table.columns, *table.hidden])
    if rows > wanted:
        share = min((wanted + SPREAD * math.sqrt(wanted)) / rows, 1.0)
        query = query.where(exp.LT(this=drawn.copy(), expression=sql.literal(int(share * MODULUS))))
    query = query.order_by(drawn, sql.column(ROW)).limit(wanted)
    return replace(table, query=query)


def _number() -> exp.Expression:
    """(multiplier · row)² in whole numbers below a prime: as good as random, in a twentieth of the time of md5.

    All products stay below 2**62, so that every engine computes the same.
    """
    spread = _below(exp.Mul(this=_below(sql.column(ROW)), expression=sql.literal(MULTIPLIER)))
    return _below(exp.Mul(this=spread, expression=spread.copy()))


def _below(value: exp.Expression) -> exp.Expression:
    return exp.paren(exp.Mod(this=sql.whole(value), expression=sql.literal(MODULUS)))
