"""ORDER BY, LIMIT and OFFSET of a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.on_spark.aggregates import refuse
from thalweg.engines.on_spark.layer import Layer, Names, resolved
from thalweg.engines.on_spark.types import ordered_alike
from thalweg.engines.on_spark.windows import in_order


def keys_of(
    query: exp.Expr, names: Names, aliases: Mapping[str, exp.Expr], outputs: Sequence[str]
) -> list[exp.Expr | None]:
    """What ORDER BY orders by; None for a key that is a column of the result."""
    return [
        None if _is_output(each, outputs) else resolved(_key(each), names, aliases, aliases_first=True)
        for each in _written(query)
    ]


def spare(keys: Sequence[exp.Expr | None]) -> list[str]:
    """The names under which keys that are no columns of the result stand beside it."""
    return [f"__order{place}" for place, _ in enumerate(key for key in keys if key is not None)]


def ordered(layer: Layer, query: exp.Expr, shown: Sequence[str], keys: Sequence[exp.Expr | None]) -> Layer:
    """The columns `shown` of a layer, ordered and cut as the query says; NULL comes last unless it says otherwise."""
    written, limit, offset = _written(query), query.args.get("limit"), query.args.get("offset")
    if not (written or limit or offset):
        return layer
    result = layer.select({name: sql.column(name) for name in shown})
    beside = iter(spare(keys))
    for place, each in enumerate(written):
        name = next(beside) if keys and keys[place] is not None else _named(_key(each), shown)
        if not ordered_alike(layer.columns[name]):
            raise refuse(each, f"Spark orders values of type {layer.columns[name]} differently")
        result = result.order_by(in_order(each, sql.column(name)))
    if limit:
        result = result.limit(_whole_number(limit.expression))
    if offset:
        result = result.offset(_whole_number(offset.expression))
    return Layer(result, {name: layer.columns[name] for name in shown})


def _written(query: exp.Expr) -> list[exp.Expr]:
    order = query.args.get("order")
    return order.expressions if order else []


def _key(written: exp.Expr) -> exp.Expr:
    return written.this if isinstance(written, exp.Ordered) else written


def _is_output(written: exp.Expr, outputs: Sequence[str]) -> bool:
    key = _key(written)
    if isinstance(key, exp.Column):
        return not key.table and key.name in outputs
    return isinstance(key, exp.Literal) and not key.is_string


def _named(key: exp.Expr, shown: Sequence[str]) -> str:
    """The column of a result that a key names, or whose place it is."""
    if isinstance(key, exp.Literal) and not key.is_string:
        return shown[int(key.name) - 1]
    if isinstance(key, exp.Column) and key.name in shown:
        return key.name
    raise refuse(key, "a result is ordered by its columns")


def _whole_number(value: exp.Expr) -> int:
    if not isinstance(value, exp.Literal) or value.is_string:
        raise refuse(value, "LIMIT and OFFSET are whole numbers")
    return int(value.name)
