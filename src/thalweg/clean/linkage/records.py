"""The records of one or two tables made ready for comparing: ours the names, values written alike, tokens weighed.

A token weighs idf², with idf = ln((N + 1) / (n + ½)) of the N training records of which n hold it; a record's tokens
are a list of codes, so that what two records share is one intersection and one sum (see `kinds`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.clean.linkage.compared import Compared
from thalweg.clean.linkage.kinds import LEFT, RIGHT, SHARED_BITS, TOKENS, VALUE, WEIGHT
from thalweg.clean.linkage.workbench import Bench, move, one
from thalweg.clean.quantiles import quantiles
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, TRAINING, Table

ID, TRAINS, TOKEN, CODE = "rid", "trains", "token", "code"
FINE = 100  # steps of a token's weight: whole numbers add up to the same bits in any order
MOST_TOKENS = 500  # of one value; the sum of their weights fits into SHARED_BITS


@dataclass(frozen=True)
class Records:
    """Tables of a workbench by side: `l` and `r`, or `l` alone where a table is compared with itself."""

    bench: Bench
    sides: Mapping[str, exp.Table]
    compared: Sequence[Compared]
    counts: Mapping[str, int]

    @property
    def linked(self) -> bool:
        """Whether two tables are compared, not one with itself."""
        return RIGHT in self.sides

    @property
    def columns(self) -> list[str]:
        """The columns that comparisons read."""
        return [
            name.format(index)
            for index, each in enumerate(self.compared)
            for name in ((VALUE, TOKENS, WEIGHT) if each.kind.has_tokens else (VALUE,))
        ]

    def side(self, of: str) -> exp.Table:
        """The table on one side of a pair."""
        return self.sides.get(of, self.sides[LEFT])

    def training(self, of: str) -> exp.Select:
        """The records from which may be learnt."""
        return sql.select(self.side(of), [ID, *self.columns]).where(sql.column(TRAINS))


def prepare(bench: Bench, here: Table, there: Table | None, compared: Sequence[Compared]) -> Records:
    """Bring the compared columns of one or two tables to a workbench."""
    for table in (here, there):
        if table is not None:
            table.training()  # refuses where it is not known what may be learnt from
    units = [_unit(here, each) for each in compared]
    sides = {LEFT: _values(bench, here, [each.here for each in compared], compared, units, LEFT)}
    if there is not None:
        sides[RIGHT] = _values(bench, there, [each.there for each in compared], compared, units, RIGHT)
    for index, each in enumerate(compared):
        if each.kind.has_tokens:
            sides = _with_tokens(bench, sides, index)
    counts = {of: one(bench, sql.select(table, {"n": sql.row_count()})) for of, table in sides.items()}
    return Records(bench, sides, compared, counts)


def _unit(table: Table, each: Compared) -> float:
    """What numbers are measured in: the interquartile range of the training rows; 1 for all else."""
    if each.kind_name != "number":
        return 1.0
    value = each.kind.written(sql.column(each.here), table.columns[each.here])
    ends = quantiles(table.training(), value, (0.25, 0.75))
    return (ends[1] - ends[0]) or 1.0 if ends else 1.0


def _values(
    bench: Bench,
    table: Table,
    names: Sequence[str],
    compared: Sequence[Compared],
    units: Sequence[float],
    of: str,
) -> exp.Table:
    learns: exp.Expr = exp.true()
    if table.split:
        learns = exp.EQ(this=sql.column(SPLIT), expression=sql.literal(TRAINING))
        learns = exp.Coalesce(this=learns, expressions=[exp.false()])
    wanted: dict[str, exp.Expr] = {ID: sql.column(ROW), TRAINS: learns}
    for index, (name, each, unit) in enumerate(zip(names, compared, units, strict=True)):
        value = each.kind.written(sql.column(name), table.columns[name])
        if unit != 1.0:
            value = exp.Div(this=exp.paren(value), expression=sql.literal(unit))
        wanted[VALUE.format(index)] = value
    return move(sql.select(table.query, wanted), table.session, bench, f"records_{of}")


def _with_tokens(bench: Bench, sides: Mapping[str, exp.Table], index: int) -> dict[str, exp.Table]:
    """The same tables with the weighted tokens of one column."""
    split = {of: _tokens(bench, table, index, of) for of, table in sides.items()}
    known = _weighed(bench, list(sides.values()), list(split.values()), index)
    return {of: _coded(bench, table, split[of], known, index, of) for of, table in sides.items()}


def _tokens(bench: Bench, table: exp.Table, index: int, of: str) -> exp.Table:
    """A row for each token of each record."""
    words = sql.call("list_distinct", sql.call("string_split", sql.column(VALUE.format(index)), " "))
    some = sql.call("list_slice", sql.call("list_sort", words), 1, MOST_TOKENS)
    rows = sql.select(
        table, {ID: sql.column(ID), TRAINS: sql.column(TRAINS), TOKEN: sql.call("unnest", some)}
    )
    return bench.keep(f"tokens_{of}_{index}", rows)


def _weighed(
    bench: Bench, records: Sequence[exp.Table], tokens: Sequence[exp.Table], index: int
) -> exp.Table:
    """Every token with its code, weighed by how many training records hold it."""
    total = sum(
        one(bench, sql.select(table, {"n": sql.row_count()}).where(sql.column(TRAINS))) for table in records
    )
    each = [sql.select(table, [TOKEN, TRAINS]) for table in tokens]
    every: exp.Query = exp.union(each[0], each[1], distinct=False) if len(each) > 1 else each[0]
    held = sql.select(every, {TOKEN: sql.column(TOKEN), "n": sql.true_count(sql.column(TRAINS))})
    held = held.group_by(sql.column(TOKEN))
    idf = sql.call(
        "ln",
        exp.Div(
            this=sql.cast(sql.literal(total + 1), "DOUBLE"),
            expression=exp.paren(exp.Add(this=sql.column("n"), expression=exp.Literal.number("0.5"))),
        ),
    )
    weight = exp.Mul(this=sql.literal(FINE), expression=sql.call("pow", idf, 2))
    whole = sql.call("greatest", sql.cast(sql.call("round", weight), "BIGINT"), 1)
    place = exp.Window(
        this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=sql.column(TOKEN))])
    )
    weighed = sql.select(held, {TOKEN: sql.column(TOKEN), "w": whole, "place": place})
    code = exp.Add(
        this=exp.Mul(this=sql.column("place"), expression=sql.literal(SHARED_BITS)),
        expression=sql.column("w"),
    )
    return bench.keep(
        f"known_{index}", sql.select(weighed, {TOKEN: sql.column(TOKEN), "w": sql.column("w"), CODE: code})
    )


def _coded(
    bench: Bench, table: exp.Table, tokens: exp.Table, known: exp.Table, index: int, of: str
) -> exp.Table:
    """A side's records with the codes of their tokens and what these weigh together."""
    same = exp.EQ(this=sql.column(TOKEN, "t"), expression=sql.column(TOKEN, "k"))
    listed = sql.call("list_sort", exp.ArrayAgg(this=sql.column(CODE, "k")))
    total = sql.cast(exp.Sum(this=sql.column("w", "k")), "BIGINT")
    gathered = sql.select(
        tokens, {ID: sql.column(ID, "t"), TOKENS.format(index): listed, WEIGHT.format(index): total}
    )
    gathered = gathered.join(sql.relation(known, "k"), on=same).group_by(sql.column(ID, "t"))
    columns = {name: sql.column(name, "t") for name in bench.columns(exp.select("*").from_(table))}
    columns |= {name.format(index): sql.column(name.format(index), "g") for name in (TOKENS, WEIGHT)}
    joined = sql.select(table, columns).join(
        sql.relation(gathered, "g"),
        on=exp.EQ(this=sql.column(ID, "t"), expression=sql.column(ID, "g")),
        join_type="left",
    )
    return bench.keep(f"records_{of}_{index}", joined)
