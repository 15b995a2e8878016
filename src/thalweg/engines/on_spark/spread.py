"""The median absolute deviation over windows, which Spark lacks: from the list of a window's values."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.engines.on_spark.aggregates import refuse
from thalweg.engines.on_spark.constant import typed
from thalweg.engines.on_spark.native import FLOATS, SMALL


def is_spread(value: exp.Expr) -> bool:
    """Whether a function is the median absolute deviation."""
    return isinstance(value, exp.Anonymous) and value.name.lower() == "mad"


def spread(
    value: exp.Expr, types: Callable[[exp.Expr], str], over: Callable[[exp.Expr], exp.Expr]
) -> exp.Expr:
    """The deviation, in Spark's dialect; `over` makes a window of a function. NULL of no values."""
    (argument,) = value.expressions
    if types(argument) not in (*FLOATS, *SMALL):
        raise refuse(value, "deviations are given of whole numbers and floats")
    listed = over(_call("collect_list", typed(argument.copy(), "DOUBLE")))  # without the missing ones
    values, middle, each = (exp.to_identifier(name) for name in ("values", "middle", "each"))
    away = _call("transform", values.copy(), _lambda(each, _call("abs", each.copy() - middle.copy())))
    away = _call("sort_array", away)
    deviation = _let(
        _median(values), middle, _let(away, exp.to_identifier("away"), _median(exp.to_identifier("away")))
    )
    return _let(_call("sort_array", listed), values, deviation)


def _median(values: exp.Expr) -> exp.Expr:
    """The middle of a sorted list, as DuckDB computes it: halfway from the lower to the upper of two."""
    size = _call("size", values.copy())
    lower, upper = (
        exp.Bracket(
            this=values.copy(), expressions=[exp.IntDiv(this=place, expression=exp.Literal.number(2))]
        )
        for place in (exp.paren(size.copy() - 1), size.copy())
    )
    half = typed(exp.Literal.number("0.5"), "DOUBLE")
    between = lower + exp.paren(upper - lower.copy()) * half
    return exp.Case().when(exp.GT(this=size, expression=exp.Literal.number(0)), between)


def _let(value: exp.Expr, name: exp.Expr, body: exp.Expr) -> exp.Expr:
    """A value computed once, and named in what follows."""
    one = _call("transform", _call("array", value), _lambda(name, body))
    return exp.Bracket(this=one, expressions=[exp.Literal.number(0)])


def _lambda(name: exp.Expr, body: exp.Expr) -> exp.Lambda:
    return exp.Lambda(this=body, expressions=[name.copy()])


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))
