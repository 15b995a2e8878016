"""Which training rows stand for all of them, where there are too many to look at: the same on every machine.

    key = ((a ^ (a >> 15)) · 2146121005) mod 2³²   with   a = (__row · 1640531527) mod 2³²

The rows with the smallest keys are the sample. The key is written once in SQL, for the engine to filter by
(0.2 s for 10 million rows on 2 cores; md5 takes 3 s), and once in numpy, to order by. Rows at any regular
distance, such as the same hour of each day, are chosen as if by chance: correlations stay below one percent.
"""

from __future__ import annotations

import numpy as np
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW

MASK = 2**32 - 1
FIRST = 1_640_531_527  # odd and below 2**31, so that a product with 32 bits fits in a BIGINT
SECOND = 2_146_121_005
SHIFT = 15
SURPLUS = 1.05  # rows asked for beyond those wanted, so that chance does not leave too few


def sql_key() -> exp.Expr:
    """The key of a row in SQL: a BIGINT in [0, 2**32)."""
    mixed = _times(exp.BitwiseAnd(this=sql.column(ROW), expression=sql.literal(MASK)), FIRST)
    shifted = exp.BitwiseRightShift(this=mixed.copy(), expression=sql.literal(SHIFT))
    return _times(exp.BitwiseXor(this=mixed, expression=shifted), SECOND)


def keys(rows: np.ndarray) -> np.ndarray:
    """The keys of rows (n,) int64, as uint64."""
    mask = np.uint64(MASK)
    mixed = ((rows.astype(np.uint64) & mask) * np.uint64(FIRST)) & mask
    return ((mixed ^ (mixed >> np.uint64(SHIFT))) * np.uint64(SECOND)) & mask


def below(wanted: int, rows: int) -> exp.Expr | None:
    """The condition that about `wanted` of `rows` rows satisfy, rather more than fewer; None for all."""
    if rows <= wanted:
        return None
    share = min(1.0, wanted * SURPLUS / rows)
    return exp.LT(this=sql_key(), expression=sql.literal(round(share * (MASK + 1))))


def order(rows: np.ndarray, wanted: int) -> np.ndarray:
    """The positions of the `wanted` rows with the smallest keys, in the order of their keys."""
    return np.lexsort((rows, keys(rows)))[:wanted]


def _times(value: exp.Expr, factor: int) -> exp.Expr:
    product = exp.Mul(this=exp.paren(value), expression=sql.literal(factor))
    return exp.paren(exp.BitwiseAnd(this=exp.paren(product), expression=sql.literal(MASK)))
