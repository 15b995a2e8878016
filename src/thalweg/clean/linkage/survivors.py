"""One row for each cluster: which of its rows stays, and which value of each column survives in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from thalweg.clean.linkage.clusters import CLUSTER
from thalweg.clean.linkage.records import ID
from thalweg.clean.values import present
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, Table

Survives = Literal["kept", "first", "most_frequent", "longest", "newest", "oldest", "max", "min"]
MERGED, SURVIVOR, PART, PLACE = "merged_row", "survivor", "part", "place"
VALUE, PRESENT, TIMES, BY = "value_{}", "present_{}", "times_{}", "by_{}"
EXAMPLES = 20


@dataclass(frozen=True)
class Survivors:
    """What becomes of the rows of clusters, kept in the session of their table."""

    merged: exp.Table
    """`merged_row` and the `survivor` that it went into."""
    values: exp.Table
    """`survivor`, and the values that survive in it."""
    changed: Mapping[str, str]
    """Columns of which some survivor gets another value, and what they are called in `values`."""
    clusters: int
    examples: list[list[int]]
    """Some clusters: the row that stays, then those merged into it."""


def survivors(
    table: Table,
    members: exp.Table,
    rules: Mapping[str, Survives],
    keep: Literal["first", "last"],
    by: Sequence[str],
) -> Survivors:
    """Choose the rows that stay and the values that survive. Only values of training rows go into a training row."""
    session = table.session
    placed = _placed(table, members, rules, keep, by)
    name = fingerprint([session.sql(placed), dict(rules)])
    values = session.keep(f"survivors_{name}", _values(table, placed, rules, by))
    stays = sql.select(placed, [ROW, CLUSTER, PLACE])
    first = sql.select(stays, {SURVIVOR: sql.column(ROW), CLUSTER: sql.column(CLUSTER)}).where(_is_first())
    pairs = sql.select(stays, {MERGED: sql.column(ROW, "t"), SURVIVOR: sql.column(SURVIVOR, "f")})
    pairs = pairs.join(
        sql.relation(first, "f"),
        on=exp.EQ(this=sql.column(CLUSTER, "t"), expression=sql.column(CLUSTER, "f")),
    ).where(exp.NEQ(this=sql.column(ROW, "t"), expression=sql.column(SURVIVOR, "f")))
    merged = session.keep(f"merged_{name}", pairs)
    ((clusters,),) = session.rows(sql.select(values, {"n": sql.row_count()}))
    return Survivors(merged, values, _changed(table, values, rules), clusters, _examples(table, merged))


def _placed(
    table: Table, members: exp.Table, rules: Mapping[str, Survives], keep: str, by: Sequence[str]
) -> exp.Select:
    """The rows of clusters under names of ours, in the order in which they would stay: training rows first."""
    columns: dict[str, exp.Expr] = {ROW: sql.column(ROW, "t"), CLUSTER: sql.column(CLUSTER, "m")}
    columns[PART] = sql.column(SPLIT, "t") if table.split else sql.literal(0)
    columns |= {VALUE.format(place): sql.column(name, "t") for place, name in enumerate(rules)}
    columns |= {BY.format(place): sql.column(name, "t") for place, name in enumerate(by)}
    same = exp.EQ(this=sql.column(ROW, "t"), expression=sql.column(ID, "m"))
    rows = sql.select(table.query, columns).join(sql.relation(members, "m"), on=same)
    order = [exp.Ordered(this=sql.column(PART), nulls_first=False)]
    last = keep == "last"
    order += [
        exp.Ordered(this=sql.column(BY.format(i)), desc=last, nulls_first=False) for i in range(len(by))
    ]
    order.append(exp.Ordered(this=sql.column(ROW), desc=last, nulls_first=False))
    values = {name: sql.column(name) for name in columns}
    return sql.select(rows, {**values, PLACE: _over(exp.RowNumber(), [CLUSTER], order)})


def _values(table: Table, placed: exp.Select, rules: Mapping[str, Survives], by: Sequence[str]) -> exp.Select:
    """The survivor of each cluster and its values, from the rows of the survivor's own part of the split."""
    own = exp.Window(
        this=exp.FirstValue(this=sql.column(PART)),
        partition_by=[sql.column(CLUSTER)],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column(PLACE))]),
    )
    names = [ROW, CLUSTER, PART, PLACE, *(VALUE.format(i) for i in range(len(rules)))]
    names += [BY.format(i) for i in range(len(by))]
    told = {name: sql.column(name) for name in names}
    counted = {
        TIMES.format(i): _over(
            exp.Count(this=sql.column(VALUE.format(i))), [CLUSTER, PART, VALUE.format(i)], []
        )
        for i, rule in enumerate(rules.values())
        if rule == "most_frequent"
    }
    within = sql.select(placed, {**told, **counted, "own": own})
    within = sql.select(within, [*told, *counted]).where(
        exp.NullSafeEQ(this=sql.column(PART), expression=sql.column("own"))
    )
    chosen: dict[str, exp.Expr] = {SURVIVOR: _first_of(sql.column(ROW), [])}
    for index, (name, rule) in enumerate(rules.items()):
        value = sql.column(VALUE.format(index))
        if rule == "kept":
            chosen[VALUE.format(index)] = _first_of(value, [])
        else:
            some = exp.Where(this=present(value, table.columns[name]))
            chosen[VALUE.format(index)] = exp.Filter(
                this=_first_of(value, _preferred(rule, index, len(by))), expression=some
            )
    return sql.select(within, chosen).group_by(sql.column(CLUSTER))


def _preferred(rule: Survives, index: int, by: int) -> list[exp.Ordered]:
    """The order in which a rule prefers values; ties go to the row that would stay."""
    value = sql.column(VALUE.format(index))
    if rule in ("newest", "oldest"):
        newest = rule == "newest"
        return [
            exp.Ordered(this=sql.column(BY.format(place)), desc=newest, nulls_first=False)
            for place in range(by)
        ]
    wanted: dict[str, list[exp.Ordered]] = {
        "first": [],
        "most_frequent": [exp.Ordered(this=sql.column(TIMES.format(index)), desc=True, nulls_first=False)],
        "longest": [exp.Ordered(this=_length(value), desc=True, nulls_first=False)],
        "max": [exp.Ordered(this=value, desc=True, nulls_first=False)],
        "min": [exp.Ordered(this=value, nulls_first=False)],
    }
    return wanted[rule]


def _length(value: exp.Expr) -> exp.Expr:
    return sql.call("length", sql.cast(value, "VARCHAR"))


def _first_of(value: exp.Expr, order: Sequence[exp.Ordered]) -> exp.Expr:
    last = exp.Ordered(this=sql.column(PLACE), nulls_first=False)
    return exp.First(this=exp.Order(this=value.copy(), expressions=[*order, last]))


def _over(function: exp.Expr, partition: Sequence[str], order: Sequence[exp.Ordered]) -> exp.Expr:
    window = exp.Window(this=function, partition_by=[sql.column(name) for name in partition])
    if order:
        window.set("order", exp.Order(expressions=list(order)))
    return window


def _is_first() -> exp.Expr:
    return exp.EQ(this=sql.column(PLACE), expression=sql.literal(1))


def _changed(table: Table, values: exp.Table, rules: Mapping[str, Survives]) -> dict[str, str]:
    """The columns in which a survivor's value is another than its own."""
    if not rules:
        return {}
    named = {name: VALUE.format(place) for place, name in enumerate(rules)}
    told = {
        called: sql.true_count(sql.differs(sql.column(name, "t"), sql.column(called, "s")))
        for name, called in named.items()
    }
    same = exp.EQ(this=sql.column(ROW, "t"), expression=sql.column(SURVIVOR, "s"))
    ((*counts,),) = table.session.rows(sql.select(table.query, told).join(sql.relation(values, "s"), on=same))
    return {name: called for (name, called), count in zip(named.items(), counts, strict=True) if count}


def _examples(table: Table, merged: exp.Table) -> list[list[int]]:
    """The first clusters, by the row that stays."""
    listed = exp.ArrayAgg(
        this=exp.Order(this=sql.column(MERGED), expressions=[exp.Ordered(this=sql.column(MERGED))])
    )
    query = sql.select(merged, {SURVIVOR: sql.column(SURVIVOR), "rows": listed}).group_by(
        sql.column(SURVIVOR)
    )
    found = table.session.rows(query.order_by(sql.column(SURVIVOR)).limit(EXAMPLES))
    return [[survivor, *rows] for survivor, rows in found]
