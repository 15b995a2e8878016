"""For each row of one table, the row of another that is nearest in time, among those of the same key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.integrate.times import comparable_time

Direction = Literal["backward", "forward", "nearest"]
NEAREST_ROW = "__nearest"
TIME, TIES = "time", "ties"
LEFT, RIGHT = "l", "r"
BACK, AHEAD = "back", "ahead"


@dataclass(frozen=True)
class Search:
    """What to look for: `keys` {here: there}, the two times, in which direction, and how far at most."""

    keys: dict[str, str]
    here: str
    there: str
    direction: Direction
    equal: bool
    reach: int | float | None

    def known(self, table: Table) -> exp.Expr:
        """Whether a row of this side has a key and a time."""
        return _known(table, list(self.keys), self.here)

    def sides(self, other: Table) -> exp.Select:
        """One row: how many rows of the other side have a key and a time, and how many different ones."""
        distinct = self.distinct(other)
        return sql.select(distinct, {"rows": _sum(sql.column(TIES)), "different": sql.row_count()})

    def distinct(self, other: Table) -> exp.Select:
        """One row of the other side for each key and time: the last in its source."""
        keys = list(self.keys.values())
        time = comparable_time(other, self.there)
        values: dict[str, exp.Expr] = {_key(i): sql.column(name) for i, name in enumerate(keys)}
        values |= {TIME: time, ROW: exp.Max(this=sql.column(ROW)), TIES: sql.row_count()}
        query = sql.select(other.query, values).where(_known(other, keys, self.there))
        return query.group_by(*(sql.column(name) for name in keys), time.copy())


def nearest_rows(table: Table, other: Table, search: Search) -> exp.Select:
    """`__row` of each row that has a partner, and the partner's as `__nearest`."""
    if search.direction == "nearest":
        both = _both(table, other, search)
    else:
        both = _one_way(table, other, search, forward=search.direction == "forward")
    found = sql.select(both, [ROW, NEAREST_ROW]).where(sql.not_null(sql.column(NEAREST_ROW)))
    if search.reach is None:
        return found
    near = exp.LTE(this=sql.column("distance"), expression=sql.literal(search.reach))
    return found.where(near)


def _one_way(table: Table, other: Table, search: Search, forward: bool) -> exp.Select:
    """`__row`, `__nearest` and how far it is, for every row with a key and a time."""
    mine, theirs = sql.column(TIME, LEFT), sql.column(TIME, RIGHT)
    compare = {
        (False, True): exp.GTE,
        (False, False): exp.GT,
        (True, True): exp.LTE,
        (True, False): exp.LT,
    }[forward, search.equal]
    on = [
        exp.EQ(this=sql.column(_key(i), LEFT), expression=sql.column(_key(i), RIGHT))
        for i in range(len(search.keys))
    ]
    distance = theirs - mine if forward else mine - theirs
    values = {ROW: sql.column(ROW, LEFT), NEAREST_ROW: sql.column(ROW, RIGHT), "distance": distance}
    query = exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in values.items()))
    joined = exp.Join(
        this=sql.relation(search.distinct(other), RIGHT),
        method="ASOF",
        side="LEFT",
        on=sql.all_of([*on, compare(this=mine.copy(), expression=theirs.copy())]),
    )
    return query.from_(sql.relation(_slim(table, search), LEFT)).join(joined)


def _both(table: Table, other: Table, search: Search) -> exp.Select:
    """The nearer of the last before and the first after; the one before where they are equally near."""
    back, ahead = (_one_way(table, other, search, forward) for forward in (False, True))
    nearer = exp.LTE(this=sql.column("distance", BACK), expression=sql.column("distance", AHEAD))
    before = sql.any_of([sql.is_null(sql.column(NEAREST_ROW, AHEAD)), nearer])
    chosen = {
        name: exp.Case().when(before.copy(), sql.column(name, BACK)).else_(sql.column(name, AHEAD))
        for name in (NEAREST_ROW, "distance")
    }
    same = exp.EQ(this=sql.column(ROW, BACK), expression=sql.column(ROW, AHEAD))
    values = {ROW: sql.column(ROW, BACK), **chosen}
    query = exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in values.items()))
    return query.from_(sql.relation(back, BACK)).join(sql.relation(ahead, AHEAD), on=same)


def _slim(table: Table, search: Search) -> exp.Select:
    """Row, key and time of the rows that have a key and a time."""
    values: dict[str, exp.Expr] = {_key(i): sql.column(name) for i, name in enumerate(search.keys)}
    values |= {TIME: comparable_time(table, search.here), ROW: sql.column(ROW)}
    return sql.select(table.query, values).where(search.known(table))


def _known(table: Table, keys: list[str], time: str) -> exp.Expr:
    return sql.all_of(
        [*(sql.not_null(sql.column(name)) for name in keys), sql.not_null(comparable_time(table, time))]
    )


def _key(index: int) -> str:
    return f"k{index}"


def _sum(value: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=exp.Sum(this=value), expressions=[sql.literal(0)])
