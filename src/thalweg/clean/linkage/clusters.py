"""Clusters of records that match one another, directly or through others: the connected components of the matches."""

from __future__ import annotations

from sqlglot import exp

from thalweg.clean.linkage.components import COMPONENT, NODE, components
from thalweg.clean.linkage.matches import Matches
from thalweg.clean.linkage.model import PROBABILITY
from thalweg.clean.linkage.records import ID, TRAINS
from thalweg.clean.linkage.vectors import PAIR
from thalweg.engines import sql

CLUSTER = "cluster"
LEARNS: dict[str, str] = {name: f"{TRAINS}_{name}" for name in PAIR}
OTHER: dict[str, str] = {"rid_l": "rid_r", "rid_r": "rid_l"}


def clusters(found: Matches) -> exp.Select:
    """`rid` and `cluster` of every record that matches another.

    Training records cluster by matches among themselves. Another record joins the training record that it matches
    best and joins no two clusters; those that match none cluster among themselves. So what becomes of a training
    record never depends on records that judge it.
    """
    bench = found.records.bench
    listed = components(bench, bench.keep("edges", _edges(found)), PAIR)
    return sql.select(listed, {ID: sql.column(NODE), CLUSTER: sql.column(COMPONENT)})


def _edges(found: Matches) -> exp.Query:
    """The matches along which records cluster."""
    told = found.records.bench.keep("told_edges", _with_training(found))
    both = sql.select(told, [*PAIR, PROBABILITY]).where(sql.all_of(sql.column(LEARNS[name]) for name in PAIR))
    attached = [found.records.bench.keep(f"attached_{name}", _attached(told, name)) for name in PAIR]
    rest = sql.select(told, [*PAIR, PROBABILITY]).where(
        sql.all_of(sql.negated(sql.column(LEARNS[name])) for name in PAIR)
    )
    for name in PAIR:
        for known, of in zip(attached, PAIR, strict=True):
            taken = sql.select(known, [of]).subquery()
            rest = rest.where(sql.negated(exp.In(this=sql.column(name), query=taken)))
    return _stacked(
        [both, _best([sql.select(each, [*PAIR, PROBABILITY, "outside"]) for each in attached]), rest]
    )


def _with_training(found: Matches) -> exp.Select:
    """Every match, and which of its ends are training records."""
    columns = {name: sql.column(name, "p") for name in (*PAIR, PROBABILITY)}
    columns |= {LEARNS[name]: sql.column(TRAINS, name) for name in PAIR}
    query = sql.select(found.pairs, columns)
    query.set("from_", exp.From(this=sql.relation(found.pairs, "p")))
    for name in PAIR:
        same = exp.EQ(this=sql.column(name, "p"), expression=sql.column(ID, name))
        query = query.join(sql.relation(found.records.side("l"), name), on=same)
    return query


def _attached(told: exp.Table, outside: str) -> exp.Select:
    """The matches between a record outside of training, on this side, and a training record on the other."""
    columns = {name: sql.column(name) for name in (*PAIR, PROBABILITY)} | {"outside": sql.column(outside)}
    return sql.select(told, columns).where(
        sql.all_of([sql.negated(sql.column(LEARNS[outside])), sql.column(LEARNS[OTHER[outside]])])
    )


def _best(parts: list[exp.Select]) -> exp.Select:
    """Of each record outside of training its most probable match within; ties go to the first."""
    order = [exp.Ordered(this=sql.column(PROBABILITY), desc=True, nulls_first=False)]
    order += [exp.Ordered(this=sql.column(name), nulls_first=False) for name in PAIR]
    rank = exp.Window(
        this=exp.RowNumber(), partition_by=[sql.column("outside")], order=exp.Order(expressions=order)
    )
    columns = {name: sql.column(name) for name in (*PAIR, PROBABILITY)}
    ranked = sql.select(_stacked(parts), {**columns, "rank": rank})
    return sql.select(ranked, columns).where(exp.EQ(this=sql.column("rank"), expression=sql.literal(1)))


def _stacked(parts: list[exp.Select]) -> exp.Query:
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.union(query, part, distinct=False)
    return query
