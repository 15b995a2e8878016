"""A sample of rows that depends on the rows alone: those whose position has the smallest hashes."""

from __future__ import annotations

import math
from dataclasses import replace

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest
from thalweg.engines.table import ROW, Table

SAMPLE_ROWS = 100_000
SEED = 0
SPREAD = 10  # standard deviations of the number of hashes below a threshold; never missed


def sampled(table: Table, rows: int, wanted: int = SAMPLE_ROWS) -> Table:
    """`wanted` of the table's `rows` rows, all of them where there are fewer; in the order of the hash.

    Each row is as likely as any other, and the same rows are taken by every engine. A threshold leaves most rows
    out before they are sorted.
    """
    hashed = digest({ROW: "BIGINT"}, SEED)
    query = sql.select(table.query, [*table.columns, *table.hidden])
    if rows > wanted:
        share = min((wanted + SPREAD * math.sqrt(wanted)) / rows, 1.0)
        query = query.where(exp.LT(this=hashed.copy(), expression=sql.literal(cut(share))))
    query = query.order_by(hashed, sql.column(ROW)).limit(wanted)
    return replace(table, query=query)
