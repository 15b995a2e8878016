"""Aggregates and windows over columns, in Spark's SQL.

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
from thalweg.engines.on_spark.constant import is_constant, typed
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
NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
SHIFTING = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)
WHERE_ROWS_END = ("UNBOUNDED", "CURRENT ROW", None)


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
    argument, distinct = _argument(value)
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
    argument, distinct = _argument(value)
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
    argument, _ = _argument(value)
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
    known = sql.all_of([sql.not_null(wanted), sql.not_null(by)])
    found = exp.Anonymous(this=name, expressions=[wanted.copy(), by.copy()])
    return exp.Filter(this=found, expression=exp.Where(this=known))


def _any(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    name = "bool_and" if isinstance(value, exp.LogicalAnd) else "bool_or"
    return exp.Anonymous(this=name, expressions=[value.this.copy()])


def _rough(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    return exp.Anonymous(
        this="approx_count_distinct", expressions=[value.this.copy(), exp.Literal.number("0.02")]
    )


def _quantile(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    share = value.expression if not isinstance(value, exp.Median) else exp.Literal.number("0.5")
    kind = types(value.this)
    if not isinstance(share, exp.Literal) or kind not in (*FLOATS, *SMALL):
        raise refuse(value, "quantiles are given of whole numbers and floats, at one share")
    name = "percentile_disc" if isinstance(value, exp.PercentileDisc) else "percentile_cont"
    order = exp.Order(expressions=[exp.Ordered(this=typed(value.this.copy(), "DOUBLE"))])
    return exp.WithinGroup(this=exp.Anonymous(this=name, expressions=[share.copy()]), expression=order)


def _moment(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    arguments = [each for each in (value.this, value.args.get("expression")) if each is not None]
    name = next(name for kind, name in MOMENTS.items() if type(value) is kind)
    return exp.Anonymous(this=name, expressions=[typed(each.copy(), "DOUBLE") for each in arguments])


def _argument(value: exp.Expr) -> tuple[exp.Expr, bool]:
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
    ((exp.LogicalAnd, exp.LogicalOr), _any),
    ((exp.ApproxDistinct,), _rough),
    ((exp.Median, exp.PercentileCont, exp.PercentileDisc), _quantile),
    (tuple(MOMENTS), _moment),
)


def window(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """A window whose arguments, groups and order are columns or constants, in Spark's dialect.

    Raises ComponentError for one that is refused, such as one whose rows have no order.
    """
    function = value.this
    ignoring = isinstance(function, exp.IgnoreNulls)
    inner = function.this if ignoring else function
    order = value.args.get("order")
    if isinstance(inner, (*NUMBERING, *SHIFTING)):
        if order is None:
            raise refuse(value, "without ORDER BY the rows of a window have no order of their own")
        told: exp.Expr = inner.copy()
        if any(
            not is_constant(each)
            for each in told.args.values()
            if isinstance(each, exp.Expr) and each is not told.this
        ):
            raise refuse(value, "an offset or default that depends on the row is not understood")
        told = exp.IgnoreNulls(this=told) if ignoring else told
    else:
        told = aggregate(function, types)
        if isinstance(told, (exp.Filter, exp.WithinGroup)) or told.find(exp.Distinct):
            raise refuse(value, "such an aggregate is not computed over windows")
    return exp.Window(
        this=told,
        partition_by=[each.copy() for each in value.args.get("partition_by") or ()],
        order=exp.Order(expressions=[_ordered(each, types) for each in order.expressions]) if order else None,
        spec=_frame(value),
    )


def _ordered(written: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    value = written.this if isinstance(written, exp.Ordered) else written
    if not ordered_alike(types(value)):
        raise refuse(written, f"Spark orders values of type {types(value)} differently")
    return in_order(written, value.copy())


def in_order(written: exp.Expr, value: exp.Expr) -> exp.Ordered:
    """A key of an order, with the place of NULL said: last, unless the query says otherwise."""
    told = written.args if isinstance(written, exp.Ordered) else {}
    return exp.Ordered(this=value, desc=bool(told.get("desc")), nulls_first=bool(told.get("nulls_first")))


def _frame(value: exp.Expr) -> exp.Expr | None:
    spec = value.args.get("spec")
    if spec is None:
        return None
    ends = (spec.args.get("start"), spec.args.get("end"))
    if spec.args.get("exclude") or (
        str(spec.args.get("kind")).upper() != "ROWS" and any(_counts(end) for end in ends)
    ):
        raise refuse(value, "frames by rows, or by range without offsets, are understood")
    return spec.copy()


def _counts(end: exp.Expr | str | None) -> bool:
    return not (end is None or isinstance(end, str))
