"""Rows whose value lies far from those of their group, or from those shortly before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from thalweg.clean.visible import part_of_row, visible
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.moments import instant
from thalweg.engines.table import ROW, TRAINING, Table

FEWEST = 8  # values, to judge others by
NORMAL = 1.4826  # the standard deviation of a normal distribution with a median absolute deviation of 1
VALUE, PLACE, ROWS, PART = "__value", "__place", "__rows", "__part"
FIRST, MEDIAN, THIRD, MAD, LOW, HIGH = "__q1", "__q2", "__q3", "__mad", "__low", "__high"


@dataclass(frozen=True)
class Reach:
    """How far a value may be: `times` interquartile ranges beyond the quartiles, or deviations from the median."""

    way: Literal["iqr", "mad"]
    times: float


def outlying_in_groups(
    table: Table, name: str, by: Sequence[str], reach: Reach
) -> tuple[exp.Table, dict[str, int]]:
    """The rows (`__row`) outside the bounds that the training rows of their own group give, kept in the session.

    Also how many groups were judged, and how many were not: fewer than 8 training values, or half of them alike.
    """
    session = table.session
    bounds = session.keep(*_named(table, "bounds", _group_bounds(table, name, by, reach)))
    told = sql.true_count(exp.GT(this=sql.column(HIGH), expression=sql.column(LOW)))
    ((groups, judged),) = session.rows(sql.select(bounds, {"groups": sql.row_count(), "judged": told}))
    same = sql.all_of(
        exp.NullSafeEQ(this=sql.column(key, "t"), expression=sql.column(_key(i), "b"))
        for i, key in enumerate(by)
    )
    value = sql.cast(sql.column(name, "t"), "DOUBLE")
    far = sql.any_of(
        [
            exp.LT(this=value, expression=sql.column(LOW, "b")),
            exp.GT(this=value.copy(), expression=sql.column(HIGH, "b")),
        ]
    )
    wide = exp.GT(this=sql.column(HIGH, "b"), expression=sql.column(LOW, "b"))
    rows = sql.select(table.query, {ROW: sql.column(ROW, "t")}).join(sql.relation(bounds, "b"), on=same)
    found = session.keep(
        *_named(table, "outlying", rows.where(sql.all_of([wide, exp.paren(far), _finite(value)])))
    )
    return found, {"groups judged": int(judged), "groups too small or alike": int(groups) - int(judged)}


def outlying_in_time(
    table: Table, name: str, by: Sequence[str], time: str, length: int, times: float
) -> exp.Table:
    """The rows (`__row`) far from the median of the values less than `length` µs before, kept in the session.

    A row is judged by rows strictly before it, of its own part of the split or an earlier one, 8 at least (a trailing
    Hampel filter); none where half of those are alike.
    """
    value = sql.cast(sql.column(name), "DOUBLE")
    usable = exp.Case().when(_finite(value), value.copy()).else_(exp.null())
    part = part_of_row() if table.split else sql.literal(TRAINING)
    at = instant(sql.column(time), table.columns[time])
    keys = {_key(i): sql.column(key) for i, key in enumerate(by)}
    slim = sql.select(table.query, {**keys, ROW: sql.column(ROW), PLACE: at, VALUE: usable, PART: part})
    slim = slim.where(sql.not_null(at))
    told = {
        MEDIAN: _seen(lambda seen: sql.call("median", seen), table, len(by), length),
        MAD: _seen(lambda seen: sql.call("mad", seen), table, len(by), length),
        ROWS: _seen(lambda seen: exp.Count(this=seen), table, len(by), length),
    }
    judged = sql.select(slim, {ROW: sql.column(ROW), VALUE: sql.column(VALUE), **told})
    away = sql.call("abs", sql.column(VALUE) - sql.column(MEDIAN))
    far = exp.GT(this=away, expression=exp.Mul(this=sql.literal(times * NORMAL), expression=sql.column(MAD)))
    enough = exp.GTE(this=sql.column(ROWS), expression=sql.literal(FEWEST))
    varied = exp.GT(this=sql.column(MAD), expression=sql.literal(0))
    rows = sql.select(judged, [ROW]).where(sql.all_of([enough, varied, far]))
    return table.session.keep(*_named(table, "outlying", rows))


def _seen(aggregate: Callable[[exp.Expr], exp.Expr], table: Table, keys: int, length: int) -> exp.Expr:
    """An aggregate over the values before, as a row of each part of the split may see them."""

    def over(value: exp.Expr) -> exp.Expr:
        frame = exp.WindowSpec(
            kind="RANGE",
            start=sql.literal(length),
            start_side="PRECEDING",
            end=sql.literal(1),
            end_side="PRECEDING",
        )
        order = exp.Order(expressions=[exp.Ordered(this=sql.column(PLACE))])
        partition = [sql.column(_key(i)) for i in range(keys)]
        return exp.Window(this=aggregate(value), partition_by=partition, order=order, spec=frame)

    return visible(sql.column(VALUE), over, sql.column(PART) if table.split else None)


def _group_bounds(table: Table, name: str, by: Sequence[str], reach: Reach) -> exp.Select:
    """The bounds of each group of training rows; NULL where it has too few values."""
    value = sql.cast(sql.column(name), "DOUBLE")
    keys = {_key(i): sql.column(key) for i, key in enumerate(by)}
    values = sql.select(table.training().query, {**keys, VALUE: value}).where(_finite(value))
    quartiles = _at_fractions(values, len(by), {FIRST: 0.25, MEDIAN: 0.5, THIRD: 0.75})
    names = [_key(i) for i in range(len(by))]
    if reach.way == "iqr":
        span = exp.paren(sql.column(THIRD) - sql.column(FIRST))
        low, high = (
            (sql.column(FIRST) - span * sql.literal(reach.times)),
            (sql.column(THIRD) + span * sql.literal(reach.times)),
        )
        bounds = sql.select(
            quartiles, {**{n: sql.column(n) for n in names}, LOW: low, HIGH: high, ROWS: sql.column(ROWS)}
        )
    else:
        same = sql.all_of(
            exp.NullSafeEQ(this=sql.column(n, "t"), expression=sql.column(n, "q")) for n in names
        )
        away = sql.call("abs", sql.column(VALUE, "t") - sql.column(MEDIAN, "q"))
        middles = {MEDIAN: sql.column(MEDIAN, "q"), VALUE: away}
        deviations = sql.select(values, {**{n: sql.column(n, "t") for n in names}, **middles})
        deviations = deviations.join(sql.relation(quartiles, "q"), on=same)
        mads = _at_fractions(deviations, len(by), {MAD: 0.5}, keep=MEDIAN)
        span = exp.paren(sql.column(MAD) * sql.literal(reach.times * NORMAL))
        low, high = sql.column(MEDIAN) - span, sql.column(MEDIAN) + span
        bounds = sql.select(
            mads, {**{n: sql.column(n) for n in names}, LOW: low, HIGH: high, ROWS: sql.column(ROWS)}
        )
    enough = exp.GTE(this=sql.column(ROWS), expression=sql.literal(FEWEST))
    limits = {
        limit: exp.Case().when(enough.copy(), sql.column(limit)).else_(exp.null()) for limit in (LOW, HIGH)
    }
    return sql.select(bounds, {**{n: sql.column(n) for n in names}, **limits})


def _at_fractions(
    values: exp.Select, keys: int, fractions: dict[str, float], keep: str | None = None
) -> exp.Select:
    """The ⌈f·n⌉-th value of each group for each fraction f, and n; sorted out of core, not gathered in memory."""
    names = [_key(i) for i in range(keys)]
    partition = [sql.column(n) for n in names]
    order = exp.Order(expressions=[exp.Ordered(this=sql.column(VALUE))])
    ranked: dict[str, exp.Expr] = {n: sql.column(n) for n in [*names, VALUE, *([keep] if keep else [])]}
    ranked[PLACE] = exp.Window(this=exp.RowNumber(), partition_by=partition, order=order)
    ranked[ROWS] = exp.Window(this=sql.row_count(), partition_by=[p.copy() for p in partition])
    told: dict[str, exp.Expr] = {n: sql.column(n) for n in names}
    for wanted, fraction in fractions.items():
        place = sql.call("ceil", exp.Mul(this=sql.column(ROWS), expression=sql.literal(fraction)))
        here = exp.EQ(this=sql.column(PLACE), expression=place)
        told[wanted] = exp.Max(this=exp.Case().when(here, sql.column(VALUE)).else_(exp.null()))
    told |= {ROWS: exp.Max(this=sql.column(ROWS))}
    if keep:
        told[keep] = exp.Max(this=sql.column(keep))
    return sql.select(sql.select(values, ranked), told).group_by(*(sql.column(n, "t") for n in names))


def _finite(value: exp.Expr) -> exp.Expr:
    return sql.call("isfinite", value.copy())


def _key(index: int) -> str:
    return f"__k{index}"


def _named(table: Table, what: str, query: exp.Select) -> tuple[str, exp.Select]:
    return f"{what}_{fingerprint(table.session.sql(query))}", query
