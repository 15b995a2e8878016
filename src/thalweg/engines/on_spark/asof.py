"""As-of joins: each row with the last row of the other side that its condition allows.

Spark has none. Both sides are put under each other, ordered by time within a key, and each row of the left takes the
last row of the right that it has passed (`last_value … IGNORE NULLS`): one sort, where a join by an inequality would
compare every pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.on_spark.layer import Layer

SIDE, TIME, FOUND, KEY = "__side", "__time", "__found", "__key{}"
LATEST_FIRST = (exp.LT, exp.LTE)
RIGHT_OF_EQUALS_COUNTS = (exp.GTE, exp.LTE)


@dataclass(frozen=True)
class AsOf:
    """Keys of the left and the right that must be equal, as columns of the layers, and the times that are compared."""

    keys: Sequence[tuple[str, str]]
    here: str
    there: str
    comparison: type[exp.Expr]
    """How the left's time compares with the right's: GTE looks back, LTE ahead; GT and LT leave out equal times."""
    keep_all: bool
    """Whether rows of the left without a partner stay, as in a LEFT join."""


def asof(left: Layer, right: Layer, how: AsOf) -> Layer:
    """Left rows beside their partners. Which of several right rows of one key and time is taken is not said."""
    columns = {**left.columns, **right.columns}
    stacked = exp.union(_side(left, right, how, 1), _side(right, left, how, 0), distinct=False)
    names = [*left.columns, TIME, SIDE, *(KEY.format(i) for i in range(len(how.keys)))]
    values = {name: sql.column(name) for name in names}
    passed = Layer(stacked, columns).select({**values, FOUND: _last(right, how)})
    found = exp.paren(sql.column(FOUND))
    partners = {
        name: exp.Dot(this=found.copy(), expression=exp.to_identifier(name, quoted=True))
        for name in right.columns
    }
    every = Layer(passed, columns).select({**{name: sql.column(name) for name in left.columns}, **partners})
    every = every.where(exp.EQ(this=sql.column(SIDE), expression=sql.literal(1)))
    if not how.keep_all:
        every = every.where(sql.not_null(sql.column(FOUND)))
    return Layer(every, columns)


def _side(one: Layer, other: Layer, how: AsOf, side: int) -> exp.Select:
    """The rows of one side, with nothing in the columns of the other."""
    is_left = side == 1
    values: dict[str, exp.Expr] = {name: sql.column(name) for name in one.columns}
    nothing: dict[str, exp.Expr] = {name: exp.null() for name in other.columns}
    every = {**values, **nothing} if is_left else {**nothing, **values}
    keys = [pair[0 if is_left else 1] for pair in how.keys]
    every |= {KEY.format(place): sql.column(key) for place, key in enumerate(keys)}
    every |= {TIME: sql.column(how.here if is_left else how.there), SIDE: sql.literal(side)}
    query = one.select(every)
    known = [sql.not_null(sql.column(name)) for name in (*keys, how.there)]
    return query if is_left else query.where(*known)


def _last(right: Layer, how: AsOf) -> exp.Expr:
    """The columns of the last right row passed, as a structure; NULL where a key or the time of the left is missing."""
    fields = [exp.alias_(sql.column(name), exp.to_identifier(name, quoted=True)) for name in right.columns]
    is_right = exp.EQ(this=sql.column(SIDE), expression=sql.literal(0))
    structure = exp.Case().when(is_right, exp.Anonymous(this="struct", expressions=fields))
    ahead = how.comparison in LATEST_FIRST
    right_first = how.comparison in RIGHT_OF_EQUALS_COUNTS
    order = [
        exp.Ordered(this=sql.column(TIME), desc=ahead, nulls_first=False),
        exp.Ordered(this=sql.column(SIDE), desc=not right_first, nulls_first=False),
    ]
    keys = [sql.column(KEY.format(place)) for place in range(len(how.keys))]
    passed = exp.Window(
        this=exp.IgnoreNulls(this=exp.LastValue(this=structure)),
        partition_by=keys,
        order=exp.Order(expressions=order),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    known = sql.all_of([sql.not_null(each) for each in (*keys, sql.column(TIME))])
    return exp.Case().when(known, passed)
