"""Queries inside expressions that give each row one value, as joins: what is looked up, and by which keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.on_spark.aggregates import refuse
from thalweg.engines.on_spark.failures import SEVERAL
from thalweg.engines.on_spark.joins import conjuncts
from thalweg.engines.on_spark.layer import Layer, Names

VALUE, KEY = "__value", "__key{}"
MISSING_OF_NONE = (exp.Max, exp.Min, exp.Sum, exp.Avg)
"""Aggregates that are NULL of no rows, as a value that is not found is."""
PARTS = {"expressions", "from_", "joins", "where"}


@dataclass(frozen=True)
class Lookup:
    """Rows of `__key0`… and `__value`, to be joined where `given`, values of the outer row, are equal to the keys.

    `gathered` says whether the rows have each key once; else those of one key are still to be made one.
    """

    rows: exp.Select
    given: Sequence[exp.Expr]
    gathered: bool

    def on(self, alias: str) -> exp.Expr:
        """The condition of the join, the rows being called `alias`."""
        return sql.all_of(
            exp.EQ(this=sql.whole(value), expression=sql.column(KEY.format(place), alias))
            for place, value in enumerate(self.given)
        )


def lookup(query: exp.Expr, inner: Names) -> Lookup:
    """A query whose WHERE compares values of its own rows, whose columns are `inner`, with values of the outer row.

    Raises ComponentError for what can't be told by a join.
    """
    strange = any(part and key not in PARTS for key, part in query.args.items())
    if not isinstance(query, exp.Select) or len(query.expressions) != 1 or strange:
        raise refuse(query, "a query inside an expression is one SELECT … FROM … WHERE of one value")
    written = query.expressions[0]
    value = written.this if isinstance(written, exp.Alias) else written
    gathered = isinstance(value, MISSING_OF_NONE)
    if not gathered and value.find(exp.AggFunc) is not None:
        raise refuse(value, "a query inside an expression gives a column, or the MAX, MIN, SUM or AVG of one")
    keys, given, others = _keys(query, inner)
    held = {KEY.format(place): key for place, key in enumerate(keys)}
    named = {**held, VALUE: value}
    rows = query.copy()
    rows.set("expressions", [exp.alias_(each.copy(), name, quoted=True) for name, each in named.items()])
    rows.set("where", exp.Where(this=sql.all_of(others)) if others else None)
    if gathered:
        rows.group_by(*(key.copy() for key in keys), copy=False)
    return Lookup(rows, given, gathered)


def _keys(query: exp.Select, inner: Names) -> tuple[list[exp.Expr], list[exp.Expr], list[exp.Expr]]:
    """The keys of a query's rows, the outer row's values that they equal, and the conditions on its rows alone."""
    keys: list[exp.Expr] = []
    given: list[exp.Expr] = []
    others: list[exp.Expr] = []
    for part in conjuncts(query.args["where"].this) if query.args.get("where") else []:
        if _reads(part, inner, of_inner=False):
            key, value = _sides(part, inner)
            keys.append(key.copy())
            given.append(value.copy())
        else:
            others.append(part.copy())
    if not keys:
        raise refuse(query, "a query inside an expression says by WHERE which of its rows belong to a row")
    return keys, given, others


def _sides(part: exp.Expr, inner: Names) -> tuple[exp.Expr, exp.Expr]:
    """The inner and the outer side of a condition."""
    if isinstance(part, exp.EQ):
        for key, value in ((part.this, part.expression), (part.expression, part.this)):
            if not _reads(key, inner, of_inner=False) and not _reads(value, inner, of_inner=True):
                return key, value
    raise refuse(part, "a query inside an expression compares its rows with a row by equality")


def _reads(value: exp.Expr, inner: Names, of_inner: bool) -> bool:
    """Whether a value reads columns of the query's rows, or of the outer row."""
    return any((inner.inner(column) is not None) == of_inner for column in value.find_all(exp.Column))


def made_one(rows: Layer) -> Layer:
    """Rows of keys and values with each key once. Fails, as DuckDB does, where a key has several."""
    keys = [name for name in rows.columns if name != VALUE]
    several = exp.GT(this=sql.row_count(), expression=sql.literal(1))
    failed = exp.Anonymous(this="raise_error", expressions=[sql.literal(SEVERAL)])
    one = exp.Anonymous(this="first", expressions=[sql.column(VALUE)])
    value = exp.Case().when(several, failed).else_(one)
    query = rows.select({**{key: sql.column(key) for key in keys}, VALUE: value})
    return Layer(query.group_by(*(sql.column(key) for key in keys)), rows.columns)
