"""What stands in FROM, put side by side: tables, queries, and the joins between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.on_spark.aggregates import refuse
from thalweg.engines.on_spark.asof import AsOf, asof
from thalweg.engines.on_spark.binder import Columns
from thalweg.engines.on_spark.layer import Layer, Names, Source, resolved
from thalweg.engines.on_spark.rowwise import Rowwise
from thalweg.engines.on_spark.types import ordered_alike

KINDS = {
    ("", ""): "INNER",
    ("", "INNER"): "INNER",
    ("", "CROSS"): "CROSS",
    ("LEFT", ""): "LEFT",
    ("LEFT", "OUTER"): "LEFT",
    ("RIGHT", ""): "RIGHT",
    ("RIGHT", "OUTER"): "RIGHT",
    ("FULL", ""): "FULL",
    ("FULL", "OUTER"): "FULL",
    ("", "SEMI"): "LEFT SEMI",
    ("", "ANTI"): "LEFT ANTI",
}
TURNED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}
"""Comparisons, and the same with their sides exchanged."""
ONE_SIDED = ("LEFT SEMI", "LEFT ANTI")


@dataclass(frozen=True)
class Given:
    """A table or query under its name, and how it is joined to those before it; None for the first."""

    alias: str
    layer: Layer
    join: exp.Join | None


def joined(given: Sequence[Given], rowwise: Rowwise) -> tuple[Layer, Names]:
    """One layer of all of them, and what written columns mean in it."""
    if not given:
        return Layer(None, {}), Names(())
    if len(given) == 1:
        (only,) = given
        names = dict(zip(only.layer.columns, only.layer.columns, strict=True))
        return only.layer, Names((Source(only.alias, only.layer.columns, names),))
    layer, names = _renamed(given[0], 0)
    for place, each in enumerate(given[1:], start=1):
        layer, names = put_beside(layer, names, each, place, rowwise)
    return layer, names


def _renamed(given: Given, place: int) -> tuple[Layer, Names]:
    """A source with names for its columns that no other source has."""
    inner = {name: f"{place}.{name}" for name in given.layer.columns}
    columns = {inner[name]: kind for name, kind in given.layer.columns.items()}
    layer = Layer(given.layer.select({inner[name]: sql.column(name) for name in inner}), columns)
    return layer, Names((Source(given.alias, given.layer.columns, inner),))


def put_beside(left: Layer, names: Names, given: Given, place: int, rowwise: Rowwise) -> tuple[Layer, Names]:
    """The layer joined with one more source, whose columns are called `place` and their name."""
    join = given.join
    assert join is not None
    right, right_names = _renamed(given, place)
    every = Names((*names.sources, *right_names.sources))
    if str(join.args.get("method") or "").upper() == "ASOF":
        return _as_of(join, left, right, every, rowwise), every
    kind = _kind(join)
    conditions: list[exp.Expr] = []
    if join.args.get("on") is not None:
        for part in conjuncts(resolved(join.args["on"], every, {})):
            left, right, told = _condition(part, left, right, rowwise)
            conditions.append(told)
    elif kind != "CROSS" and kind != "INNER":
        raise refuse(join, "a join says ON what its rows are joined")
    shown = left.columns if kind in ONE_SIDED else {**left.columns, **right.columns}
    wanted = [exp.alias_(sql.column(name), exp.to_identifier(name, quoted=True)) for name in shown]
    query = exp.select(*wanted).from_(sql.relation(left.select(left.every()), "l"))
    on = sql.all_of(conditions) if conditions else None
    query = query.join(sql.relation(right.select(right.every()), "r"), on=on, join_type=kind)
    return Layer(query, dict(shown)), names if kind in ONE_SIDED else every


def _as_of(join: exp.Join, left: Layer, right: Layer, names: Names, rowwise: Rowwise) -> Layer:
    """An as-of join ON keys that are equal and one inequality of times."""
    side = str(join.args.get("side") or "").upper()
    if side not in ("", "LEFT") or join.args.get("on") is None:
        raise refuse(join, "as-of joins are LEFT or INNER, with ON")
    keys: list[tuple[str, str]] = []
    times: list[tuple[str, str, type[exp.Expr]]] = []
    for part in conjuncts(resolved(join.args["on"], names, {})):
        if not isinstance(part, (exp.EQ, *TURNED)):
            raise refuse(part, "an as-of join compares keys for equality, and one pair of times")
        one, other, comparison = part.this, part.expression, type(part)
        if not _is_of(one, left.columns):
            one, other, comparison = other, one, TURNED.get(comparison, comparison)
        if not (_is_of(one, left.columns) and _is_of(other, right.columns)):
            raise refuse(part, "an as-of join compares a value of one side with a value of the other")
        kind = _common(one, other, {**left.columns, **right.columns}, rowwise)
        left, here = _keyed(left, one, kind, rowwise)
        right, there = _keyed(right, other, kind, rowwise)
        if comparison is exp.EQ:
            keys.append((here.name, there.name))
        else:
            times.append((here.name, there.name, comparison))
    if len(times) != 1 or not ordered_alike(right.columns[times[0][1]]):
        raise refuse(join, "an as-of join has one inequality, of values that Spark orders as DuckDB does")
    ((here_time, there_time, comparison),) = times
    return asof(left, right, AsOf(keys, here_time, there_time, comparison, keep_all=side == "LEFT"))


def _kind(join: exp.Join) -> str:
    if join.args.get("method") or join.args.get("using"):
        raise refuse(join, "joins are LEFT, RIGHT, FULL, INNER, SEMI, ANTI or CROSS, with ON")
    found = KINDS.get((str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()))
    if found is None:
        raise refuse(join, "such a join is not understood")
    return found


def conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    """The parts of a conjunction."""
    inner = condition.this if isinstance(condition, exp.Paren) else condition
    if isinstance(inner, exp.And):
        return [*conjuncts(inner.this), *conjuncts(inner.expression)]
    return [inner]


def _condition(
    condition: exp.Expr, left: Layer, right: Layer, rowwise: Rowwise
) -> tuple[Layer, Layer, exp.Expr]:
    """A condition of a join. Keys that DuckDB compares as another type than theirs become columns of that type."""
    columns = {**left.columns, **right.columns}
    if isinstance(condition, exp.EQ):
        sides = (condition.this, condition.expression)
        if not _is_of(sides[0], left.columns):
            sides = (sides[1], sides[0])
        if _is_of(sides[0], left.columns) and _is_of(sides[1], right.columns):
            kind = _common(sides[0], sides[1], columns, rowwise)
            left, one = _keyed(left, sides[0], kind, rowwise)
            right, other = _keyed(right, sides[1], kind, rowwise)
            return left, right, exp.EQ(this=one, expression=other)
    told = sql.all_of(rowwise.conditions(condition, columns))
    if told.find(exp.Anonymous):
        raise refuse(condition, "rows are joined by comparing columns, or by what Spark itself can tell")
    return left, right, told


def _common(one: exp.Expr, other: exp.Expr, columns: Columns, rowwise: Rowwise) -> str:
    """The type that two keys are compared in."""
    first, second = rowwise.binder.types([one, other], columns)
    if first == second and first is not None:
        return first
    (kind,) = rowwise.binder.types([exp.Coalesce(this=one.copy(), expressions=[other.copy()])], columns)
    if kind is None:
        raise refuse(exp.EQ(this=one.copy(), expression=other.copy()), "the keys can't be compared")
    return kind


def _keyed(layer: Layer, key: exp.Expr, kind: str, rowwise: Rowwise) -> tuple[Layer, exp.Expr]:
    """A key of one side as a column of the type `kind`."""
    if isinstance(key, exp.Column) and layer.columns[key.name] == kind:
        return layer, key.copy()
    name = f"{len(layer.columns)}.key of {next(iter(layer.columns))}"
    told, types = rowwise.values({name: sql.cast(key.copy(), kind)}, layer.columns, {name: kind})
    return replace(layer.beside(told, types)), sql.column(name)


def _is_of(value: exp.Expr, columns: Columns) -> bool:
    read = sql.columns_of(value)
    return bool(read) and set(read) <= set(columns)
