"""Pairs of records as vectors of levels: for each comparison how alike the two are, a small whole number.

NULL says that a value is missing, 0 that no level is reached, the greatest number that the most alike one is.
"""

from __future__ import annotations

from sqlglot import exp

from thalweg.clean.linkage.kinds import LEFT, MEASURE, RIGHT, VALUE, both
from thalweg.clean.linkage.records import ID, TRAINS, Records
from thalweg.engines import sql

SIDES = (LEFT, RIGHT)
PAIR = (f"{ID}_l", f"{ID}_r")


def level_names(records: Records) -> list[str]:
    """The columns of a vector."""
    return [VALUE.format(index) for index in range(len(records.compared))]


def vectors(records: Records, pairs: exp.Query | exp.Table) -> exp.Select:
    """`rid_l`, `rid_r`, whether both are training records (`trains`), and the levels, of some pairs of numbers."""
    beside = _beside(records, pairs)
    through = [*PAIR, TRAINS]
    measured = {name: sql.column(name) for name in records_names(records)}
    measured |= {MEASURE.format(i): each.kind.measure(i) for i, each in enumerate(records.compared)}
    query = sql.select(beside, {**{name: sql.column(name) for name in through}, **measured})
    levels = {VALUE.format(i): _level(records, i) for i in range(len(records.compared))}
    return sql.select(query, {**{name: sql.column(name) for name in through}, **levels})


def records_names(records: Records) -> list[str]:
    """The columns of both records of a pair."""
    return [f"{name}_{of}" for of in SIDES for name in records.columns]


def _beside(records: Records, pairs: exp.Query | exp.Table) -> exp.Select:
    """Both records of each pair in one row."""
    columns: dict[str, exp.Expr] = {name: sql.column(name, "p") for name in PAIR}
    columns[TRAINS] = sql.all_of(sql.column(TRAINS, of) for of in SIDES)
    columns |= {f"{name}_{of}": sql.column(name, of) for of in SIDES for name in records.columns}
    query = sql.select(pairs, columns)
    query.set("from_", exp.From(this=sql.relation(pairs, "p")))
    for of in SIDES:
        same = exp.EQ(this=sql.column(f"{ID}_{of}", "p"), expression=sql.column(ID, of))
        query = query.join(sql.relation(records.side(of), of), on=same)
    return query


def _level(records: Records, index: int) -> exp.Expr:
    """The level of one comparison of a pair."""
    conditions = records.compared[index].kind.levels(index)
    chosen = exp.Case().when(sql.any_of(sql.is_null(value) for value in both(index)), exp.null())
    for place, condition in enumerate(conditions):
        chosen = chosen.when(condition, sql.literal(len(conditions) - place))
    return sql.cast(chosen.else_(sql.literal(0)), "TINYINT")
