"""Blocking: which pairs of records are worth comparing, counted before a single one is made.

A rule gives each record keys; records that share one become a pair. Without rules of the user's, every compared
column is one: a text by its words, else by the whole value. Of the keys of such a rule those that fewest records
share are used, as many as a budget of pairs allows: what everyone has finds no one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.clean.linkage.kinds import LEFT, RIGHT, TOKENS, VALUE
from thalweg.clean.linkage.records import ID, Records
from thalweg.clean.linkage.workbench import one
from thalweg.core.errors import DataError
from thalweg.engines import sql

KEY, PAIRS = "key", "pairs"
A_RECORD = 50  # pairs a record may get from one rule, on average, where rules are not given
LEAST_BUDGET = 200_000


@dataclass(frozen=True)
class Rule:
    """Columns by their numbers that must agree together; `given` by the user, or ours to cut."""

    columns: tuple[int, ...]
    given: bool


@dataclass(frozen=True)
class Candidates:
    """Pairs to compare, as `rid_l`, `rid_r`, each once; how many; and what each rule gave, in words."""

    pairs: exp.Table
    count: int
    told: tuple[str, ...]


def rules(records: Records, block: Sequence[Sequence[str]] | None) -> list[Rule]:
    """The user's rules, else one for each comparison that finds."""
    if block is not None:
        place: dict[str, int] = {}
        for index, each in enumerate(records.compared):
            place.setdefault(each.here, index)  # of several ways to compare a column, the first
        return [Rule(tuple(place[name] for name in rule), True) for rule in block]
    return [Rule((index,), False) for index, each in enumerate(records.compared) if each.kind.finds]


def candidates(records: Records, chosen: Sequence[Rule], most_pairs: int) -> Candidates:
    """The pairs of some rules.

    Raises DataError where they would be more than `most_pairs`, before they are made.
    """
    bench = records.bench
    budget = min(
        max(LEAST_BUDGET, A_RECORD * sum(records.counts.values())), most_pairs // max(len(chosen), 1)
    )
    parts: list[exp.Select] = []
    told: list[str] = []
    total = 0
    for number, rule in enumerate(chosen):
        shared = _shared(records, rule, number)
        limit = None if rule.given else _limit(records, shared, budget)
        expected = _expected(records, shared, limit)
        total += expected
        name = " + ".join(records.compared[index].title(records.compared) for index in rule.columns)
        told.append(f"{name}: {expected:,} pairs")
        if total > most_pairs:
            raise _too_many(told, total, most_pairs)
        parts.append(_pairs(records, rule, shared, limit))
    pairs = _kept(records, parts)
    return Candidates(pairs, one(bench, sql.select(pairs, {"n": sql.row_count()})), tuple(told))


def _keys(records: Records, rule: Rule, of: str) -> exp.Select:
    """`rid` and `key` of one side: a row for each key a record has under a rule."""
    table = records.side(of)
    if len(rule.columns) == 1 and records.compared[rule.columns[0]].kind.has_tokens:
        token = sql.call("unnest", sql.column(TOKENS.format(rule.columns[0])))
        return sql.select(table, {ID: sql.column(ID), KEY: token})
    values = [sql.column(VALUE.format(index)) for index in rule.columns]
    key: exp.Expr = sql.cast(values[0], "VARCHAR")
    for value in values[1:]:
        key = exp.DPipe(
            this=exp.DPipe(this=key, expression=sql.literal("\x1f")), expression=sql.cast(value, "VARCHAR")
        )
    keyed = sql.select(table, {ID: sql.column(ID), KEY: key})
    return keyed.where(sql.all_of(sql.not_null(value) for value in values))


def _shared(records: Records, rule: Rule, number: int) -> exp.Table:
    """Keys that make pairs, with how many pairs each makes."""
    grouped = {
        of: sql.select(_keys(records, rule, of), {KEY: sql.column(KEY), "n": sql.row_count()}).group_by(
            sql.column(KEY)
        )
        for of in records.sides
    }
    if records.linked:
        made: exp.Expr = exp.Mul(this=sql.column("n", LEFT), expression=sql.column("n", RIGHT))
        same = exp.EQ(this=sql.column(KEY, LEFT), expression=sql.column(KEY, RIGHT))
        both = exp.select(exp.alias_(sql.column(KEY, LEFT), KEY), exp.alias_(made, PAIRS))
        both = both.from_(sql.relation(grouped[LEFT], LEFT)).join(
            sql.relation(grouped[RIGHT], RIGHT), on=same
        )
    else:
        n = sql.column("n")
        made = exp.IntDiv(this=exp.Mul(this=n, expression=exp.paren(n - 1)), expression=sql.literal(2))
        both = sql.select(grouped[LEFT], {KEY: sql.column(KEY), PAIRS: made})
        both = both.where(exp.GT(this=sql.column("n"), expression=sql.literal(1)))
    return records.bench.keep(f"shared_{number}", both)


def _limit(records: Records, shared: exp.Table, budget: int) -> int:
    """The most pairs that a key may make, so that all such keys stay within the budget."""
    each = sql.select(shared, {PAIRS: sql.column(PAIRS), "made": exp.Sum(this=sql.column(PAIRS))})
    each = each.group_by(sql.column(PAIRS)).order_by(sql.column(PAIRS))
    running, limit = 0, 0
    for pairs, made in records.bench.rows(each):
        running += int(made)
        if running > budget:
            break
        limit = int(pairs)
    return limit


def _used(shared: exp.Table, limit: int | None) -> exp.Select:
    used = sql.select(shared, [KEY, PAIRS])
    return (
        used if limit is None else used.where(exp.LTE(this=sql.column(PAIRS), expression=sql.literal(limit)))
    )


def _expected(records: Records, shared: exp.Table, limit: int | None) -> int:
    return int(one(records.bench, sql.select(_used(shared, limit), {"n": exp.Sum(this=sql.column(PAIRS))})))


def _pairs(records: Records, rule: Rule, shared: exp.Table, limit: int | None) -> exp.Select:
    """The pairs of one rule; a pair that shares several keys comes several times."""
    used = sql.select(_used(shared, limit), [KEY])
    left, right = _keys(records, rule, LEFT), _keys(records, rule, RIGHT)
    pairs = exp.select(exp.alias_(sql.column(ID, LEFT), "rid_l"), exp.alias_(sql.column(ID, RIGHT), "rid_r"))
    pairs = pairs.from_(sql.relation(used, "u"))
    for of, keyed in ((LEFT, left), (RIGHT, right)):
        pairs = pairs.join(
            sql.relation(keyed, of), on=exp.EQ(this=sql.column(KEY, "u"), expression=sql.column(KEY, of))
        )
    if not records.linked:
        pairs = pairs.where(exp.LT(this=sql.column(ID, LEFT), expression=sql.column(ID, RIGHT)))
    return pairs


def _kept(records: Records, parts: Sequence[exp.Select]) -> exp.Table:
    if not parts:
        nothing = exp.select(
            exp.alias_(sql.cast(exp.null(), "BIGINT"), "rid_l"),
            exp.alias_(sql.cast(exp.null(), "BIGINT"), "rid_r"),
        ).where(exp.false())
        return records.bench.keep("candidates", nothing)
    every: exp.Query = parts[0]
    for part in parts[1:]:
        every = exp.union(every, part, distinct=False)
    return records.bench.keep("candidates", sql.select(every, ["rid_l", "rid_r"]).distinct())


def _too_many(told: Sequence[str], total: int, most_pairs: int) -> DataError:
    return DataError(
        f"blocking would give more than {most_pairs:,} pairs to compare: {total:,} by {'; '.join(told)}",
        hint="write rules in 'block' that fewer records share, such as two columns that must agree together "
        "([[surname, postcode]]), or allow more with most_pairs",
    )
