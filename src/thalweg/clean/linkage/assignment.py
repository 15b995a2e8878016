"""Which of several matches is taken: the best of each record, or the best pairs in which no record stands twice."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from sqlglot import exp

from thalweg.clean.linkage.components import COMPONENT, NODE, components
from thalweg.clean.linkage.model import PROBABILITY, WEIGHT
from thalweg.clean.linkage.vectors import PAIR
from thalweg.clean.linkage.workbench import Bench, one
from thalweg.core.errors import DataError
from thalweg.engines import sql

TOGETHER = 2_000  # pairs of whole components that are solved in one go; more are slower, for no gain
MOST_PAIRS = 500_000  # of one component: about a minute, 200 MB
FINE = 1_000  # steps of a unit of weight: whole numbers add up to the same sum in any order
SURE = 53.0  # bits of odds beyond which a probability is 1
CHOSEN = pa.schema([(name, pa.int64()) for name in PAIR])

Pairs = np.ndarray
"""Rows of left record, right record and weight, (n, 3) int64."""


def best_of_each(bench: Bench, pairs: exp.Table) -> exp.Table:
    """For each left record its most probable match; ties go to the first record on the right."""
    order = [exp.Ordered(this=sql.column(WEIGHT), desc=True, nulls_first=False)]
    order += [exp.Ordered(this=sql.column(name), nulls_first=False) for name in PAIR]
    rank = exp.Window(
        this=exp.RowNumber(), partition_by=[sql.column(PAIR[0])], order=exp.Order(expressions=order)
    )
    ranked = sql.select(pairs, {**_whole(), "rank": rank})
    first = exp.EQ(this=sql.column("rank"), expression=sql.literal(1))
    return bench.keep("best", sql.select(ranked, _whole()).where(first))


def one_to_one(bench: Bench, pairs: exp.Table, threshold: float) -> exp.Table:
    """The pairs, each record in one at most, whose weights above the threshold's add up to the most (Jaro 1989).

    The same pairs always give the same choice. Components are solved one after another, so that memory is bounded by
    the largest. Raises DataError where one has more than half a million pairs.
    """
    alone = sql.all_of(exp.EQ(this=sql.column(f"n_{name}"), expression=sql.literal(1)) for name in PAIR)
    counted = bench.keep("counted", sql.select(pairs, {**_whole(), **_times()}))
    rivals = bench.keep("rivals", _ends(sql.select(counted, _whole()).where(sql.negated(alone.copy()))))
    sure = sql.select(counted, _whole()).where(alone.copy())
    if not one(bench, sql.select(rivals, {"n": sql.row_count()})):
        return bench.keep("assigned", sure)
    same = sql.all_of(exp.EQ(this=sql.column(name, "t"), expression=sql.column(name, "c")) for name in PAIR)
    taken = sql.select(rivals, {name: sql.column(name, "t") for name in _whole()})
    taken = taken.join(sql.relation(_chosen(bench, rivals, threshold), "c"), on=same)
    return bench.keep("assigned", exp.union(sure, taken, distinct=False))


def heaviest(pairs: Pairs) -> Pairs:
    """Of pairs (n, 3) with weights of at least 1 those (m, 3) of a matching with the greatest sum of weights.

    Every left record may also stay alone, at no gain: then a full matching is cheapest where this one is heaviest.
    Costs are whole numbers, so that nothing depends on rounding.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    (left, rows), (right, columns) = (np.unique(pairs[:, side], return_inverse=True) for side in (0, 1))
    alone, top = np.arange(len(left)), pairs[:, 2].max() + 1
    cost = np.concatenate([top - pairs[:, 2], np.full(len(left), top)]).astype(np.float64)
    place = (np.concatenate([rows, alone]), np.concatenate([columns, len(right) + alone]))
    graph = csr_array((cost, place), shape=(len(left), len(right) + len(left)))
    mine, theirs = min_weight_full_bipartite_matching(graph)
    weights = top - np.asarray(graph[mine, theirs]).ravel().astype(np.int64)
    paired = theirs < len(right)
    return np.stack([left[mine[paired]], right[theirs[paired]], weights[paired]], axis=1)


def _whole() -> dict[str, exp.Expr]:
    return {name: sql.column(name) for name in (*PAIR, PROBABILITY, WEIGHT)}


def _times() -> dict[str, exp.Expr]:
    """In how many pairs each of the two records stands."""
    return {f"n_{name}": exp.Window(this=sql.row_count(), partition_by=[sql.column(name)]) for name in PAIR}


def _ends(pairs: exp.Select) -> exp.Select:
    """The pairs with numbers of their ends that tell left records from right ones."""
    twice = [exp.Mul(this=sql.column(name), expression=sql.literal(2)) for name in PAIR]
    ends = {"end_l": twice[0], "end_r": exp.Add(this=twice[1], expression=sql.literal(1))}
    return sql.select(pairs, {**_whole(), **ends})


def _chosen(bench: Bench, rivals: exp.Table, threshold: float) -> exp.Query:
    """The pairs taken among those that have rivals, by way of a file."""
    listed = components(bench, rivals, ("end_l", "end_r"))
    columns = {name: sql.column(name, "t") for name in PAIR} | {"w": _weight(threshold)}
    query = sql.select(rivals, {**columns, COMPONENT: sql.column(COMPONENT, "k")})
    same = exp.EQ(this=sql.column("end_l", "t"), expression=sql.column(NODE, "k"))
    query = query.join(sql.relation(listed, "k"), on=same)
    query = query.order_by(*(sql.column(name) for name in (COMPONENT, *PAIR)))
    path = bench.scratch / "assigned.parquet"
    with parquet.ParquetWriter(path, CHOSEN) as writer:
        for pairs in _components_together(bench, query):
            found = heaviest(pairs)
            writer.write_table(pa.table([found[:, 0], found[:, 1]], schema=CHOSEN))
    return sql.select(bench.scan_parquet([path]), PAIR)


def _weight(threshold: float) -> exp.Expr:
    """What a pair gains over one that is just probable enough, in whole steps, at least 1."""
    least = log2(threshold / (1 - threshold)) if threshold < 1 else SURE
    gain = exp.Sub(this=sql.column(WEIGHT, "t"), expression=exp.paren(sql.literal(min(least, SURE))))
    steps = exp.Mul(this=exp.paren(gain), expression=sql.literal(FINE))
    return sql.cast(sql.call("greatest", sql.call("round", steps), 1), "BIGINT")


def _components_together(bench: Bench, query: exp.Query) -> Iterator[Pairs]:
    """Pairs of as many whole components as are solved in one go."""
    waiting = np.empty((0, 4), np.int64)
    for batch in bench.batches(query):
        columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
        waiting = np.concatenate([waiting, np.stack(columns, axis=1)])
        starts = np.flatnonzero(np.diff(waiting[:, 3])) + 1
        while len(waiting) > TOGETHER and len(starts):
            end = starts[max(int(np.searchsorted(starts, TOGETHER, side="right")) - 1, 0)]
            yield waiting[:end, :3]
            waiting, starts = waiting[end:], starts[starts > end] - end
        if len(waiting) > MOST_PAIRS:
            raise _too_many()
    if len(waiting):
        yield waiting[:, :3]


def _too_many() -> DataError:
    return DataError(
        f"more than {MOST_PAIRS:,} matches hang together, so that the best pairs among them can't be found in time",
        hint="raise the threshold, compare more columns, or write keep: best",
    )
