"""Windows over columns, in Spark's SQL: numbering, looking back and ahead, and aggregates over frames."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.engines.on_spark.aggregates import aggregate, argument_of, refuse, share_of
from thalweg.engines.on_spark.constant import is_constant, typed
from thalweg.engines.on_spark.native import FLOATS, SMALL
from thalweg.engines.on_spark.spread import is_spread, spread
from thalweg.engines.on_spark.types import ordered_alike

NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
SHIFTING = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)
MIDDLES = (exp.Median, exp.PercentileCont)


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
        if is_spread(function):
            return spread(function, types, lambda told: _over(value, told, types))
        if isinstance(function, exp.ArrayAgg):
            return _gathered(value, types)
        if isinstance(function, exp.Count) and isinstance(function.this, exp.Distinct):
            return exp.Anonymous(this="size", expressions=[_over(value, _different(function, types), types)])
        told = _middle(function, types) if isinstance(function, MIDDLES) else aggregate(function, types)
        if isinstance(told, (exp.Filter, exp.Dot, exp.Case)) or told.find(exp.Distinct, exp.WithinGroup):
            raise refuse(value, "such an aggregate is not computed over windows")
    return _over(value, told, types)


def _over(value: exp.Expr, told: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """A function of Spark's over the rows of a window of DuckDB's."""
    order = value.args.get("order")
    return exp.Window(
        this=told,
        partition_by=[each.copy() for each in value.args.get("partition_by") or ()],
        order=exp.Order(expressions=[_ordered(each, types) for each in order.expressions]) if order else None,
        spec=_frame(value, types),
    )


def _gathered(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """The values in the order of the window, missing ones too, each in a structure; NULL where there is no row."""
    argument = value.this.this
    if value.args.get("order") is None or isinstance(argument, (exp.Order, exp.Distinct)):
        raise refuse(value, "values are listed in the order of the window, which has to have one")
    cell = exp.Anonymous(this="struct", expressions=[exp.alias_(argument.copy(), "of")])
    cells = _over(value, exp.Anonymous(this="collect_list", expressions=[cell]), types)
    each = exp.Dot(this=exp.to_identifier("each"), expression=exp.to_identifier("of"))
    bare = exp.Lambda(this=each, expressions=[exp.to_identifier("each")])
    some = exp.GT(
        this=exp.Anonymous(this="size", expressions=[cells.copy()]), expression=exp.Literal.number(0)
    )
    return exp.Case().when(some, exp.Anonymous(this="transform", expressions=[cells, bare]))


def _different(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """The set of values, which Spark gathers over windows, where it does not count them."""
    argument, _ = argument_of(value)
    if len(value.this.expressions) > 1 or not ordered_alike(types(argument)):
        raise refuse(value, "different values of one plain column are counted")
    # 0 and -0 are one value
    same = (
        argument.copy() + typed(exp.Literal.number(0), "DOUBLE")
        if types(argument) in FLOATS
        else argument.copy()
    )
    return exp.Anonymous(this="collect_set", expressions=[same])


def _middle(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """A quantile between values, under the name that Spark takes over windows."""
    share = share_of(value, types)
    return exp.Anonymous(this="percentile", expressions=[typed(value.this.copy(), "DOUBLE"), share.copy()])


def _ordered(written: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    value = written.this if isinstance(written, exp.Ordered) else written
    if not ordered_alike(types(value)):
        raise refuse(written, f"Spark orders values of type {types(value)} differently")
    return in_order(written, value.copy())


def in_order(written: exp.Expr, value: exp.Expr) -> exp.Ordered:
    """A key of an order, with the place of NULL said: last, unless the query says otherwise."""
    told = written.args if isinstance(written, exp.Ordered) else {}
    return exp.Ordered(this=value, desc=bool(told.get("desc")), nulls_first=bool(told.get("nulls_first")))


def _frame(value: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr | None:
    spec = value.args.get("spec")
    if spec is None:
        return None
    told = spec.copy()
    if spec.args.get("exclude"):
        raise refuse(value, "frames that leave out rows are not understood")
    if str(spec.args.get("kind")).upper() == "ROWS":
        return told
    for end in ("start", "end"):
        if isinstance(spec.args.get(end), exp.Expr):
            told.set(end, _distance(value, spec.args[end], types))
    return told


def _distance(value: exp.Expr, offset: exp.Expr, types: Callable[[exp.Expr], str]) -> exp.Expr:
    """An offset of a frame by RANGE: as many as the key of the order is away, of its type."""
    keys = value.args["order"].expressions if value.args.get("order") else []
    kind = types(keys[0].this) if len(keys) == 1 else ""
    if kind not in SMALL or not isinstance(offset, exp.Literal) or offset.is_string:
        raise refuse(
            value, "frames by RANGE have whole numbers as offsets, and one whole number as their order"
        )
    return typed(offset.copy(), kind)
