"""A model of matches learnt without labels (Fellegi & Sunter 1969; by EM: Winkler 1988), and the pairs it judges.

How often records that have nothing to do with each other reach a level (u) is taken from random pairs. From there EM
learns, on the pairs worth comparing, how often matches (m) and others (u) reach each level, and how frequent matches
are. All is learnt from training records alone, in one order, so that the same data gives the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlglot import exp

from thalweg.clean.linkage import judging
from thalweg.clean.linkage.candidates import Candidates
from thalweg.clean.linkage.judging import NUMBER, SAME, Chances, M, U
from thalweg.clean.linkage.kinds import LEFT, RIGHT
from thalweg.clean.linkage.records import ID, TRAINS, Records
from thalweg.clean.linkage.vectors import PAIR, level_names, vectors
from thalweg.clean.linkage.workbench import in_order
from thalweg.core.errors import DataError
from thalweg.engines import sql

RANDOM_RECORDS = 700  # of each side; every pair of them is looked at
PROBABILITY, WEIGHT = "match_probability", "match_weight"
PAIRS = "pairs"
MATCHING = 0.5  # of the records of the smaller side: where EM begins
ENOUGH_PAIRS, MOST_TIMES = 20_000, 20
ROUNDS = 10
START = 0.9  # of matches are as alike as can be: where EM begins


@dataclass(frozen=True)
class Model:
    """The chances of each level by comparison, and the share of matches among pairs worth comparing."""

    chances: Sequence[Chances]
    prior: float

    def told(self, records: Records) -> dict[str, Any]:
        """What was learnt, by column, for the ledger: the chances of the levels from 0 (unlike) up."""
        return {
            each.title(records.compared): {
                "kind": each.kind_name,
                "matches": [round(level[M], 4) for level in chances],
                "others": [round(level[U], 6) for level in chances],
            }
            for each, chances in zip(records.compared, self.chances, strict=True)
        }


def compare(records: Records, found: Candidates) -> exp.Table:
    """The vectors of all pairs worth comparing, kept on the workbench."""
    return records.bench.keep("vectors", vectors(records, found.pairs))


def learn(records: Records, found: Candidates, compared: exp.Table, seed: int) -> Model:
    """The model of these pairs. Raises DataError where no two training records are worth comparing."""
    names = level_names(records)
    pairs = sql.select(compared, [TRAINS, *names]).where(sql.column(TRAINS))
    ((count,),) = records.bench.rows(sql.select(pairs, {PAIRS: sql.row_count()}))
    if not count:
        raise _nothing_to_learn_from(records, found)
    prior = min(max(MATCHING * min(records.counts.values()) / found.count, 1e-6), 0.5)
    random = records.bench.keep("random_vectors", _random_levels(records, seed))
    started = [_start(records, index, random) for index in range(len(names))]
    with judging.silent(), in_order(records.bench):
        patterns = _numbered(records, pairs, count)
        return _settled(records, patterns, Model(started, prior))


def _settled(records: Records, patterns: exp.Query, model: Model) -> Model:
    """The model after as many rounds of EM as it takes, or as may be.

    Between rounds no chance is left to vanish: one that came to zero within a round could never grow again.
    """
    for _ in range(ROUNDS):
        linker = judging.linker(records.bench, patterns, model.chances, level_names(records), model.prior)
        try:
            session = linker.training.estimate_parameters_using_expectation_maximisation(
                SAME, estimate_without_term_frequencies=True, fix_u_probabilities=False
            )
        except ValueError as error:
            raise _never_settles(records) from error
        share = session.core_model_settings.probability_two_random_records_match
        before, model = model, Model(judging.learnt(linker, model.chances), share)
        if _most_change(before, model) < judging.CONVERGED:
            break
    return model


def _most_change(before: Model, after: Model) -> float:
    return max(
        abs(one[name] - other[name])
        for old, new in zip(before.chances, after.chances, strict=True)
        for one, other in zip(old, new, strict=True)
        for name in (M, U)
    )


def score(records: Records, compared: exp.Table, model: Model, threshold: float) -> exp.Table:
    """The pairs at least as probable as a threshold, as `rid_l`, `rid_r`, `match_probability`, `match_weight`.

    The weight is the logarithm of the odds to base 2; it still tells pairs apart whose probability rounds to 1.
    The probability depends on the levels alone, so each pattern of them is judged once.
    """
    bench, names = records.bench, level_names(records)
    place = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[_ordered(name) for name in names]))
    each = sql.select(sql.select(compared, names).distinct(), {NUMBER: place, **_columns(names)})
    patterns = bench.keep("patterns", each)
    everything = sql.select(patterns, [NUMBER, *names])
    with judging.silent():
        linker = judging.linker(bench, everything, model.chances, names, model.prior)
        judged = sql.table(linker.inference.predict(warning_mode="never").physical_name)
    same = sql.all_of(
        exp.NullSafeEQ(this=sql.column(name, "t"), expression=sql.column(name, "k")) for name in names
    )
    columns = {name: sql.column(name, "t") for name in PAIR}
    columns |= {name: sql.column(name, "j") for name in (PROBABILITY, WEIGHT)}
    number = exp.EQ(this=sql.column(NUMBER, "k"), expression=sql.column(f"{NUMBER}_l", "j"))
    query = sql.select(compared, columns).join(sql.relation(patterns, "k"), on=same)
    query = query.join(sql.relation(judged, "j"), on=number)
    enough = exp.GTE(this=sql.column(PROBABILITY, "j"), expression=sql.literal(threshold))
    return bench.keep("scored", query.where(enough))


def _columns(names: Sequence[str]) -> dict[str, exp.Expr]:
    return {name: sql.column(name) for name in names}


def _ordered(name: str) -> exp.Ordered:
    return exp.Ordered(this=sql.column(name), nulls_first=False)


def _numbered(records: Records, pairs: exp.Query, count: int) -> exp.Query:
    """Vectors of training pairs with a number each, kept in the order of their levels.

    For each level a vector that is else unlike and one that is else alike are among them, so that no level becomes
    impossible; where pairs are few, each counts several times, that these few added ones weigh little.
    """
    names, bench = level_names(records), records.bench
    times = max(1, min(MOST_TIMES, ENOUGH_PAIRS // count))
    repeated = sql.select(pairs, names).join(
        sql.call("range", times).as_("again", table=True), join_type="cross"
    )
    added = sql.select(bench.offer("added_vectors", _one_of_each(records)), names)
    every = exp.union(repeated, added, distinct=False)
    order = exp.Order(expressions=[_ordered(name) for name in names])
    place = exp.Window(this=exp.RowNumber(), order=order)
    kept = bench.keep("training_vectors", sql.select(every, {NUMBER: place, **_columns(names)}))
    return sql.select(kept, [NUMBER, *names])


def _one_of_each(records: Records) -> pa.Table:
    """For each level of each comparison: a vector with all others at 0, and one with all others at their highest."""
    tops = [len(each.kind.levels(index)) for index, each in enumerate(records.compared)]
    rows = []
    for index, top in enumerate(tops):
        for level in range(top + 1):
            for others in ([0] * len(tops), tops):
                rows.append([*others[:index], level, *others[index + 1 :]])
    columns = zip(*rows, strict=True)
    return pa.table(
        {
            name: pa.array(column, pa.int8())
            for name, column in zip(level_names(records), columns, strict=True)
        }
    )


def _random_levels(records: Records, seed: int) -> exp.Query:
    """The vectors of all pairs of some training records, drawn by a hash of their numbers."""
    drawn = {
        of: sql.select(records.side(of), [ID])
        .where(sql.column(TRAINS))
        .order_by(sql.call("hash", sql.column(ID), seed), sql.column(ID))
        .limit(RANDOM_RECORDS)
        for of in (LEFT, RIGHT)
    }
    pairs = exp.select(*(exp.alias_(sql.column(ID, of), f"{ID}_{of}") for of in drawn))
    pairs = pairs.from_(sql.relation(drawn[LEFT], LEFT)).join(
        sql.relation(drawn[RIGHT], RIGHT), join_type="cross"
    )
    if not records.linked:
        pairs = pairs.where(exp.LT(this=sql.column(ID, LEFT), expression=sql.column(ID, RIGHT)))
    return vectors(records, pairs)


def _start(records: Records, index: int, random: exp.Table) -> Chances:
    """Where EM begins: u as counted among random pairs; m high where values are alike."""
    name = level_names(records)[index]
    counted = sql.select(random, {name: sql.column(name), PAIRS: sql.row_count()}).group_by(sql.column(name))
    counts = dict(records.bench.rows(counted))
    top = len(records.compared[index].kind.levels(index))
    seen = [counts.get(level, 0) + 1 for level in range(top + 1)]
    rest = [2.0**level for level in range(top)]
    high = [(1 - START) * share / sum(rest) for share in rest] + [START]
    return [{U: count / sum(seen), M: m} for count, m in zip(seen, high, strict=True)]


def _never_settles(records: Records) -> DataError:
    told = ", ".join(each.title(records.compared) for each in records.compared)
    return DataError(
        f"no model of matches can be learnt from {told}: some of these repeat one another",
        hint="compare fewer columns that repeat one another, or other kinds of likeness",
    )


def _nothing_to_learn_from(records: Records, found: Candidates) -> DataError:
    told = "; ".join(found.told) or "no comparison gives keys"
    among = " of the training rows" if found.count else ""
    return DataError(
        f"no two records{among} share a key of blocking, so none can be compared: {told}",
        hint="write rules in 'block' that matching records share, such as [surname, [postcode, street]], "
        "and compare columns that hold values on both sides",
    )
