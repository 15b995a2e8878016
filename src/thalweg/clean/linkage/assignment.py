"""Which of several matches is taken: the best of each record, or pairs in which no record stands twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from thalweg.clean.linkage.model import PROBABILITY
from thalweg.clean.linkage.vectors import PAIR
from thalweg.clean.linkage.workbench import Bench, one
from thalweg.engines import sql

LEFT_RANK, RIGHT_RANK = "rank_l", "rank_r"


def best_of_each(bench: Bench, pairs: exp.Table) -> exp.Table:
    """For each left record its most probable match; ties go to the first record on the right."""
    ranked = sql.select(pairs, {**_whole(), LEFT_RANK: _rank([PAIR[0]])})
    return bench.keep("best", _first(ranked, [LEFT_RANK]))


def one_to_one(bench: Bench, pairs: exp.Table) -> exp.Table:
    """Pairs taken from the most probable down, each record once; ties go by the left row, then the right.

    A pair that is the best of both its records would be taken before any other of theirs, so all of these are taken
    at once, their records' other pairs struck out, and so on: the same pairs, in a few passes of SQL.
    """
    left, taken = pairs, bench.keep("taken_0", sql.select(pairs, _whole()).where(exp.false()))
    turn = 0
    while one(bench, sql.select(left, {"n": sql.row_count()})):
        turn += 1
        ranked = sql.select(left, {**_whole(), LEFT_RANK: _rank([PAIR[0]]), RIGHT_RANK: _rank([PAIR[1]])})
        now = bench.keep(f"now_{turn}", _first(ranked, [LEFT_RANK, RIGHT_RANK]))
        every = exp.union(
            sql.select(taken, [*PAIR, PROBABILITY]), sql.select(now, [*PAIR, PROBABILITY]), distinct=False
        )
        taken = bench.keep(f"taken_{turn}", every)
        rest = sql.select(left, _whole())
        for name in PAIR:
            rest = rest.where(
                exp.Not(this=exp.In(this=sql.column(name), query=sql.select(now, [name]).subquery()))
            )
        left = bench.keep(f"left_{turn}", rest)
    return taken


def _whole() -> dict[str, exp.Expr]:
    return {name: sql.column(name) for name in (*PAIR, PROBABILITY)}


def _rank(by: Sequence[str]) -> exp.Expr:
    order = [exp.Ordered(this=sql.column(PROBABILITY), desc=True, nulls_first=False)]
    order += [exp.Ordered(this=sql.column(name), nulls_first=False) for name in PAIR]
    return exp.Window(
        this=exp.RowNumber(),
        partition_by=[sql.column(name) for name in by],
        order=exp.Order(expressions=order),
    )


def _first(ranked: exp.Select, ranks: Sequence[str]) -> exp.Select:
    chosen = sql.select(ranked, _whole())
    return chosen.where(
        sql.all_of(exp.EQ(this=sql.column(name), expression=sql.literal(1)) for name in ranks)
    )
