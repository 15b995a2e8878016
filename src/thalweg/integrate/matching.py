"""How the rows of two tables find each other, counted from their keys alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

LEFT, RIGHT = "l", "r"
ROWS = "rows"


@dataclass(frozen=True)
class Matching:
    """Counts of a join before it is made. A key with a NULL in it matches nothing and repeats nothing."""

    left_rows: int
    left_null: int
    """Left rows with a NULL in their key."""
    left_matched: int
    """Left rows with at least one partner."""
    left_repeats: int
    """Keys that stand in more than one left row."""
    right_rows: int
    right_null: int
    right_matched: int
    right_repeats: int
    pairs: int
    """Rows of the inner join."""

    @property
    def left_unmatched(self) -> int:
        """Left rows that have a key and no partner."""
        return self.left_rows - self.left_matched - self.left_null

    @property
    def right_unused(self) -> int:
        """Right rows that have a key and no partner."""
        return self.right_rows - self.right_matched - self.right_null


def count_matches(left: Table, right: Table, on: Mapping[str, str]) -> Matching:
    """Count in one query that reads key columns only: both sides grouped by key, then set side by side."""
    sides = {LEFT: _by_key(left, on), RIGHT: _by_key(right, on.values())}
    paired = sql.all_of(
        exp.EQ(this=sql.column(_key(index), LEFT), expression=sql.column(_key(index), RIGHT))
        for index in range(len(on))
    )
    counts = _counts(len(on))
    query = (
        exp.select(*(exp.alias_(value, name) for name, value in counts.items()))
        .from_(sql.relation(sides[LEFT], LEFT))
        .join(sql.relation(sides[RIGHT], RIGHT), on=paired, join_type="full")
    )
    (row,) = left.session.rows(query)
    return Matching(**dict(zip(counts, map(int, row), strict=True)))


def example_of_repeat(table: Table, keys: Iterable[str]) -> str:
    """In words: the first key that stands in more than one row, two of those rows, and where they differ."""
    keys = list(keys)
    shown = {name: sql.cast(sql.column(name, LEFT), "VARCHAR") for name in table.columns}
    first = exp.select(*(exp.alias_(sql.column(name, "t"), _key(index)) for index, name in enumerate(keys)))
    first = first.from_(sql.relation(table.query)).where(
        sql.all_of(sql.not_null(sql.column(name, "t")) for name in keys)
    )
    first = first.group_by(*(sql.column(name, "t") for name in keys)).having(
        exp.GT(this=sql.row_count(), expression=sql.literal(1))
    )
    first = first.order_by(exp.Min(this=sql.column(ROW, "t"))).limit(1)
    same = sql.all_of(
        exp.EQ(this=sql.column(name, LEFT), expression=sql.column(_key(index), RIGHT))
        for index, name in enumerate(keys)
    )
    query = (
        exp.select(sql.column(ROW, LEFT), *shown.values())
        .from_(sql.relation(table.query, LEFT))
        .join(sql.relation(first, RIGHT), on=same)
        .order_by(sql.column(ROW, LEFT))
        .limit(2)
    )
    (at, *one), (again, *other) = table.session.rows(query)
    values = dict(zip(table.columns, one, strict=True))
    differing = [name for name, a, b in zip(table.columns, one, other, strict=True) if a != b]
    key = ", ".join(f"{name} = {values[name]}" for name in keys)
    return f"{key} stands in rows {at} and {again}, which " + (
        f"differ in {', '.join(differing)}" if differing else "are alike in every column"
    )


def _key(index: int) -> str:
    return f"k{index}"


def _by_key(table: Table, keys: Iterable[str]) -> exp.Select:
    columns = [sql.column(name, "t") for name in keys]
    named = [exp.alias_(column.copy(), sql.column(_key(index)).this) for index, column in enumerate(columns)]
    counted = exp.alias_(sql.row_count(), sql.column(ROWS).this)
    return exp.select(*named, counted).from_(sql.relation(table.query)).group_by(*columns)


def _counts(keys: int) -> dict[str, exp.Expr]:
    left, right = sql.column(ROWS, LEFT), sql.column(ROWS, RIGHT)
    both = sql.all_of([sql.not_null(left), sql.not_null(right)])
    null = {
        side: sql.any_of(sql.is_null(sql.column(_key(i), side)) for i in range(keys))
        for side in (LEFT, RIGHT)
    }
    return {
        "left_rows": _sum(left),
        "left_null": _sum(left, null[LEFT]),
        "left_matched": _sum(left, both),
        "left_repeats": _repeats(left, null[LEFT]),
        "right_rows": _sum(right),
        "right_null": _sum(right, null[RIGHT]),
        "right_matched": _sum(right, both),
        "right_repeats": _repeats(right, null[RIGHT]),
        "pairs": _sum(exp.Mul(this=left.copy(), expression=right.copy()), both),
    }


def _sum(value: exp.Expr, when: exp.Expr | None = None) -> exp.Expr:
    summed = exp.Case().when(when.copy(), value.copy()) if when is not None else value.copy()
    return exp.Coalesce(this=exp.Sum(this=summed), expressions=[sql.literal(0)])


def _repeats(rows: exp.Expr, null: exp.Expr) -> exp.Expr:
    repeated = exp.GT(this=rows.copy(), expression=sql.literal(1))
    return sql.true_count(sql.all_of([repeated, sql.negated(null.copy())]))
