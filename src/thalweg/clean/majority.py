"""What most rows of a key hold, and the cells that should hold it too: counted and joined in the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

VALUE, COUNT, TOTAL, PLACE = "__value", "__count", "__total", "__place"
AT, NEW, KNOWN, TORN = "__at", "__new", "__known", "__torn"
KEY, VOTE = "__key{}", "__vote{}"
ALIKE = 0.5  # of the longer text's characters must agree for one to be a misspelling of the other
LONGEST = 500  # characters of texts that are compared letter by letter
DIGIT = "[0-9]"


@dataclass(frozen=True)
class Majority:
    """The value that most training rows of each key hold: a row per decided key, from a table kept in the session.

    `told` stands for all it was learnt from. `attested` are the values that enough rows of one key hold for none of
    them to be a slip. `typos` and `fill` say which cells give way: see the rule of the step. `undecided` counts the
    keys with enough rows and no majority.
    """

    by: tuple[str, ...]
    name: str
    told: str
    rows: exp.Query
    attested: exp.Table
    undecided: int
    typos: bool
    fill: bool

    @property
    def said(self) -> str:
        return f"{', '.join(self.by)} → {self.name}"


@dataclass(frozen=True)
class Repairs:
    """The rows (`__at`) whose cell of one column changes, with its new value (`__new`), kept in the session."""

    rows: exp.Table
    contested: int


def majority(
    table: Table, by: Sequence[str], name: str, support: int, share: float, typos: bool, fill: bool
) -> Majority:
    """The majority of each key that has `support` training rows of which `share` agree."""
    session = table.session
    keys = {KEY.format(place): sql.column(key) for place, key in enumerate(by)}
    known = sql.all_of(sql.not_null(sql.column(used)) for used in (*by, name))
    held = {**keys, VALUE: sql.column(name)}
    training = table.training().query
    told = fingerprint([session.sql(training), list(by), name, support, share])
    counted = sql.select(training, {**held, COUNT: sql.row_count()}).where(known, copy=False)
    counted = counted.group_by(*(value.copy() for value in held.values()), copy=False)
    held_often = sql.column(COUNT) >= sql.literal(support)
    often = sql.select(counted, [VALUE]).where(held_often, copy=False).distinct(copy=False)
    over = {"partition_by": [sql.column(key) for key in keys]}
    total = exp.Window(this=exp.Sum(this=sql.column(COUNT)), **_copied(over))
    order = exp.Order(
        expressions=[exp.Ordered(this=sql.column(COUNT), desc=True), exp.Ordered(this=sql.column(VALUE))]
    )
    place = exp.Window(this=exp.RowNumber(), order=order, **_copied(over))
    parts = {VALUE: sql.column(VALUE), COUNT: sql.column(COUNT), TOTAL: total, PLACE: place}
    ranked = sql.select(counted, {**_same(keys), **parts})
    first = sql.select(ranked, [*keys, VALUE, COUNT, TOTAL]).where(
        exp.EQ(this=sql.column(PLACE), expression=sql.literal(1)),
        exp.GTE(this=sql.column(TOTAL), expression=sql.literal(support)),
        copy=False,
    )
    supported = session.keep(f"keys_{told}", first)
    least = exp.Mul(this=sql.column(TOTAL), expression=sql.literal(share))
    agree = exp.GTE(this=sql.column(COUNT), expression=least)
    ((undecided,),) = session.rows(sql.select(supported, {"keys": sql.true_count(sql.negated(agree))}))
    decided = sql.select(supported, [*keys, VALUE]).where(agree, copy=False)
    attested = session.keep(f"attested_{told}", often)
    return Majority(tuple(by), name, told, decided, attested, undecided, typos, fill)


def repairs(table: Table, name: str, ways: Sequence[Majority]) -> Repairs:
    """The cells of one column that majorities ask to change, where more than half of those that know agree.

    One pass for a column: joins to the majorities of all columns at once would hold all of them in memory.
    """
    votes = [sql.column(VOTE.format(place)) for place in range(len(ways))]
    voted = _voted(table, name, ways)
    known = sql.any_of(sql.not_null(vote) for vote in votes)
    chosen = sql.select(
        voted, {ROW: sql.column(ROW), name: sql.column(name), VALUE: _most(votes), KNOWN: known}
    )
    new = exp.Case().when(_gives_way(name, sql.column(VALUE), ways), sql.column(VALUE))
    torn = sql.all_of(
        [sql.column(KNOWN), sql.is_null(sql.column(VALUE))]
    )  # votes, and no majority among them
    told = sql.select(chosen, {AT: sql.column(ROW), NEW: new, TORN: torn})
    told = sql.select(told, [AT, NEW, TORN]).where(
        sql.any_of([sql.not_null(sql.column(NEW)), sql.column(TORN)]), copy=False
    )
    session = table.session
    asked = [[way.told, way.typos, way.fill] for way in ways]
    rows = session.keep(f"repairs_{fingerprint([session.sql(table.query), name, asked])}", told)
    ((contested,),) = session.rows(sql.select(rows, {"cells": sql.true_count(sql.column(TORN))}))
    return Repairs(rows, contested)


def _voted(table: Table, name: str, ways: Sequence[Majority]) -> exp.Select:
    """The table's rows with the vote of each majority beside them, NULL where a key is unknown."""
    votes = {VOTE.format(place): way for place, way in enumerate(ways)}
    values = {used: sql.column(used, "t") for used in (ROW, name)}
    query = sql.select(table.query, values | {vote: sql.column(VALUE, vote) for vote in votes})
    for vote, way in votes.items():
        same = [
            exp.EQ(this=sql.column(key, "t"), expression=sql.column(KEY.format(place), vote))
            for place, key in enumerate(way.by)
        ]
        query.join(sql.relation(way.rows, vote), on=sql.all_of(same), join_type="left", copy=False)
    return query


def _gives_way(name: str, vote: exp.Expr, ways: Sequence[Majority]) -> exp.Expr:
    """Whether a cell gives way to the vote: it differs, and is of the sort that the rules let go."""
    cell = sql.column(name)
    differs = exp.NEQ(this=cell.copy(), expression=vote.copy())
    conditions = [differs]
    if all(way.typos for way in ways):
        conditions += [misspelt(cell, vote), sql.negated(_attested(cell, ways))]
    held = sql.all_of(conditions)
    if any(way.fill for way in ways):
        return sql.any_of([held, sql.is_null(cell)])
    return held


def misspelt(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """Whether two texts are at least half alike, and neither two numbers nor different in digits alone: 12 is no
    misspelling of 16, nor `apt 1` of `apt 2`."""
    length = sql.call("greatest", _length(one), _length(other))
    distance = sql.call("levenshtein", one.copy(), other.copy())
    near = exp.LTE(this=distance, expression=exp.Mul(this=length, expression=sql.literal(1 - ALIKE)))
    masked = [sql.call("regexp_replace", text.copy(), DIGIT, "0", "g") for text in (one, other)]
    worded = exp.NEQ(this=masked[0], expression=masked[1])
    no_number = [sql.is_null(sql.cast(text.copy(), "DOUBLE", strict=False)) for text in (one, other)]
    long = exp.GT(this=sql.call("greatest", _length(one), _length(other)), expression=sql.literal(LONGEST))
    told = sql.all_of([worded, sql.any_of(no_number), near])
    return exp.Case().when(long, exp.false()).else_(told)


def _attested(cell: exp.Expr, ways: Sequence[Majority]) -> exp.Expr:
    """Whether enough rows of some key hold a value."""
    return sql.any_of(
        exp.In(this=cell.copy(), query=sql.select(way.attested, [VALUE]).subquery()) for way in ways
    )


def _length(text: exp.Expr) -> exp.Expr:
    return sql.call("length", text.copy())


def _most(votes: Sequence[exp.Expr]) -> exp.Expr:
    """The value of more than half of the votes that are not NULL; NULL where there is none."""
    if len(votes) == 1:
        return votes[0].copy()
    known = _sum(sql.not_null(vote) for vote in votes)
    chosen = exp.Case()
    for vote in votes:
        alike = _sum(exp.EQ(this=vote.copy(), expression=other.copy()) for other in votes)
        most = exp.GT(this=exp.paren(exp.Add(this=alike, expression=alike.copy())), expression=known.copy())
        chosen.when(most, vote.copy(), copy=False)
    return chosen


def _sum(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """How many conditions are true."""
    ones: list[exp.Expr] = [
        exp.Case().when(condition, sql.literal(1)).else_(sql.literal(0)) for condition in conditions
    ]
    total = ones[0]
    for each in ones[1:]:
        total = exp.Add(this=total, expression=each)
    return exp.paren(total, copy=False)


def _copied(fields: Mapping[str, Sequence[exp.Expr]]) -> dict[str, list[exp.Expr]]:
    return {name: [value.copy() for value in values] for name, values in fields.items()}


def _same(names) -> dict[str, exp.Expr]:
    return {name: sql.column(name) for name in names}
