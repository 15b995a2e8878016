"""Aggregates over columns, in Spark's SQL.

Each is written so that Spark gives DuckDB's value, of DuckDB's type: sums of whole numbers in 128 bits, means of whole
numbers from an exact sum, `arg_min` without the rows whose value is missing. Sums, means and deviations of floats are
summed in the order rows arrive, so their last digits may differ, as they do between two runs of DuckDB.

Refused is what DuckDB itself leaves to chance, such as which of several modes is given, and what nobody has checked.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.on_spark.constant import typed
from thalweg.engines.on_spark.native import FLOATS, SMALL
from thalweg.engines.on_spark.types import ordered_alike
from thalweg.engines.types import is_number

MOMENTS = {
    exp.StddevPop: "stddev_pop",
    exp.StddevSamp: "stddev_samp",
    exp.Stddev: "stddev_samp",
    exp.Variance: "var_samp",
    exp.VariancePop: "var_pop",
    exp.Corr: "corr",
    exp.CovarPop: "covar_pop",
    exp.CovarSamp: "covar_samp",
}


def refuse(value: exp.Expr, why: str) -> ComponentError:
    """The error for what can't be given on Spark with the meaning it has in DuckDB."""
    return ComponentError(
        f"on Spark {value.sql(dialect=sql.DIALECT)[:200]!r} is refused: {why}; write it in another way, or run with "
        "compute: {data: duckdb}"
    )


def aggregate(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """An aggregate whose arguments are columns or constants, in Spark's dialect.

    `types` gives the DuckDB type of an argument. Raises ComponentError for one that is refused.
    """
    if isinstance(value, exp.Filter):
        inner = aggregate(value.this, types)
        if isinstance(inner, exp.Dot):  # what is taken out of an aggregate
            inner.this.set("this", exp.Filter(this=inner.this.this, expression=value.expression.copy()))
            return inner
        if not isinstance(inner, (exp.Anonymous, exp.Count, exp.Sum)):
            raise refuse(value, "FILTER is understood for plain aggregates alone")
        return exp.Filter(this=inner, expression=value.expression.copy())
    if isinstance(value, exp.IgnoreNulls) and isinstance(value.this, exp.AnyValue):
        value = value.this
    for kinds, translate in AGGREGATES:
        if isinstance(value, kinds):
            return translate(value, types)
    raise refuse(value, "no function of Spark's is known to give the same value")


def _count(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    if isinstance(value.this, exp.Distinct) and len(value.this.expressions) > 1:
        raise refuse(value, "distinct combinations of several columns are not counted")
    return exp.Count(this=value.this.copy(), expressions=[each.copy() for each in value.expressions])


def _sum(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    argument, distinct = argument_of(value)
    summed = _summand(argument, types(argument), value)
    return exp.Sum(this=exp.Distinct(expressions=[summed]) if distinct else summed)


def _summand(argument: exp.Expr, kind: str, value: exp.Expr) -> exp.Expr:
    if kind in FLOATS:
        return typed(argument.copy(), "DOUBLE")
    if kind == "BOOLEAN":
        return typed(typed(argument.copy(), "INTEGER"), "HUGEINT")
    if kind in SMALL or kind in ("HUGEINT", "UBIGINT"):
        return typed(argument.copy(), "HUGEINT")
    if kind.startswith("DECIMAL"):
        return typed(argument.copy(), f"DECIMAL(38,{kind.rstrip(')').split(',')[1]})")
    raise refuse(value, f"values of type {kind} are not summed")


def _mean(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    argument, distinct = argument_of(value)
    if distinct:
        raise refuse(value, "no function of Spark's is known to give the same value")
    kind = types(argument)
    if not (is_number(kind) or kind == "BOOLEAN"):
        raise refuse(value, f"values of type {kind} have no mean")
    total = typed(exp.Sum(this=_summand(argument, kind, value)), "DOUBLE")
    return exp.Anonymous(
        this="try_divide", expressions=[total, typed(exp.Count(this=argument.copy()), "DOUBLE")]
    )


def _ends(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    argument, _ = argument_of(value)
    if value.expressions:
        raise refuse(value, "the n lowest or highest values are not listed")
    if not ordered_alike(types(argument)):
        raise refuse(value, f"Spark orders values of type {types(argument)} differently")
    return exp.Anonymous(this="min" if isinstance(value, exp.Min) else "max", expressions=[argument.copy()])


def _at_end(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    wanted, by = value.this, value.expression
    if value.args.get("count") is not None or not ordered_alike(types(by)):
        raise refuse(value, "no function of Spark's is known to give the same value")
    name = "min_by" if isinstance(value, exp.ArgMin) else "max_by"
    # Spark leaves out rows without a place in the order
    known = exp.Case().when(sql.not_null(wanted), by.copy())
    return exp.Anonymous(this=name, expressions=[wanted.copy(), known])


def _first(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """The value, even a missing one, of the row that an order puts first; rows that tie are left to chance by both."""
    parts, descending = _in_turn(value, types)
    # in a structure, so that a missing value of that row is found too
    wrapped = exp.Anonymous(
        this="named_struct", expressions=[exp.Literal.string("of"), value.this.this.copy()]
    )
    name = "max_by" if descending else "min_by"
    found = exp.Anonymous(this=name, expressions=[wrapped, exp.Anonymous(this="struct", expressions=parts)])
    return exp.Dot(this=exp.Paren(this=found), expression=exp.to_identifier("of"))


def _list(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """All values, missing ones too, in an order; NULL where there is no row."""
    parts, descending = _in_turn(value, types)
    named = exp.alias_(value.this.this.copy(), "of")
    rows = exp.Anonymous(
        this="collect_list", expressions=[exp.Anonymous(this="struct", expressions=[*parts, named])]
    )
    up = exp.false() if descending else exp.true()
    each = exp.Dot(this=exp.to_identifier("each"), expression=exp.to_identifier("of"))
    values = exp.Lambda(this=each, expressions=[exp.to_identifier("each")])
    listed = exp.Anonymous(
        this="transform", expressions=[exp.Anonymous(this="sort_array", expressions=[rows, up]), values]
    )
    some = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0))
    return exp.Case().when(some, listed)


def _in_turn(value: exp.Expr, types: Callable[[exp.Expr], str]) -> tuple[list[exp.Expr], bool]:
    """What the rows of an aggregate are ordered by, the place of NULL among it; and whether from the greatest down."""
    if not isinstance(value.this, exp.Order):
        raise refuse(value, "no function of Spark's is known to give the same value")
    keys = value.this.expressions
    down = {bool(key.args.get("desc")) for key in keys}
    if len(down) > 1 or not all(ordered_alike(types(key.this)) for key in keys):
        raise refuse(
            value, "an order all up or all down is understood, of values that Spark orders as DuckDB does"
        )
    descending = down == {True}
    parts: list[exp.Expr] = []
    for key in keys:
        missing_first = bool(key.args.get("nulls_first"))
        flag = sql.not_null(key.this) if missing_first != descending else sql.is_null(key.this)
        parts += [flag, key.this.copy()]
    return parts, descending


def _any(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    name = "bool_and" if isinstance(value, exp.LogicalAnd) else "bool_or"
    return exp.Anonymous(this=name, expressions=[value.this.copy()])


def _rough(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    return exp.Anonymous(
        this="approx_count_distinct", expressions=[value.this.copy(), exp.Literal.number("0.02")]
    )


def _quantile(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    share = share_of(value, types)
    name = "percentile_disc" if isinstance(value, exp.PercentileDisc) else "percentile_cont"
    order = exp.Order(expressions=[exp.Ordered(this=typed(value.this.copy(), "DOUBLE"))])
    return exp.WithinGroup(this=exp.Anonymous(this=name, expressions=[share.copy()]), expression=order)


def share_of(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """The share of a quantile, a number."""
    share = value.expression if not isinstance(value, exp.Median) else exp.Literal.number("0.5")
    if not isinstance(share, exp.Literal) or types(value.this) not in (*FLOATS, *SMALL):
        raise refuse(value, "quantiles are given of whole numbers and floats, at one share")
    return share


def _moment(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    arguments = [each for each in (value.this, value.args.get("expression")) if each is not None]
    name = next(name for kind, name in MOMENTS.items() if type(value) is kind)
    return exp.Anonymous(this=name, expressions=[typed(each.copy(), "DOUBLE") for each in arguments])


def argument_of(value: exp.Expr) -> tuple[exp.Expr, bool]:
    """The argument, and whether it is DISTINCT."""
    if isinstance(value.this, exp.Distinct):
        return value.this.expressions[0], True
    return value.this, False


AGGREGATES: tuple[tuple[tuple[type, ...], Callable[..., exp.Expr]], ...] = (
    ((exp.Count,), _count),
    ((exp.Sum,), _sum),
    ((exp.Avg,), _mean),
    ((exp.Min, exp.Max), _ends),
    ((exp.ArgMin, exp.ArgMax), _at_end),
    ((exp.First,), _first),
    ((exp.ArrayAgg,), _list),
    ((exp.LogicalAnd, exp.LogicalOr), _any),
    ((exp.ApproxDistinct,), _rough),
    ((exp.Median, exp.PercentileCont, exp.PercentileDisc), _quantile),
    (tuple(MOMENTS), _moment),
)
