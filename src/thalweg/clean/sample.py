"""A sample of rows that depends on the rows alone, the same on every engine."""

from __future__ import annotations

import math
from dataclasses import replace

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest
from thalweg.engines.table import ROW, Table

SAMPLE_ROWS = 100_000
SEED = 0
SPREAD = 10  # standard deviations of the number of digests below a threshold: never missed
THINNED = 8  # times the sample: rows left for the digest, which costs twenty times the arithmetic
MODULUS, MULTIPLIER = 2**31 - 1, 48_271  # Park & Miller 1988, as corrected in 1993


def sampled(table: Table, rows: int, wanted: int = SAMPLE_ROWS) -> Table:
    """`wanted` of the table's `rows` rows, all of them where there are fewer; in the order of a digest of the row.

    Of many rows most are left out by arithmetic on their position that spreads evenly, and of these the smallest
    digests are taken; a threshold keeps the sort small.
    """
    hashed = digest({ROW: "BIGINT"}, SEED)
    query = sql.select(table.query, [*table.columns, *table.hidden])
    if rows > wanted:
        thin = min(THINNED * wanted / rows, 1.0)
        share = min((wanted + SPREAD * math.sqrt(wanted)) / (thin * rows), 1.0)
        below = exp.LT(this=hashed.copy(), expression=sql.literal(cut(share)))
        query = query.where(sql.all_of([_thinned(thin), below]) if thin < 1 else below)
    query = query.order_by(hashed, sql.column(ROW)).limit(wanted)
    return replace(table, query=query)


def _thinned(share: float) -> exp.Expression:
    """Whether a row is among a share of all, spread evenly over positions."""
    position = exp.Mod(this=sql.column(ROW), expression=sql.literal(MODULUS))
    spread = exp.Mod(
        this=exp.paren(exp.Mul(this=exp.paren(position), expression=sql.literal(MULTIPLIER))),
        expression=sql.literal(MODULUS),
    )
    return exp.LT(this=exp.paren(spread), expression=sql.literal(int(share * MODULUS)))
