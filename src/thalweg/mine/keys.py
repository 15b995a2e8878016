"""Columns whose values name the rows of a table: its keys, of one column or of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any

from sqlglot import exp

from thalweg.clean.sample import sampled
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import Family, family, is_moment

EXACT_ROWS = 200_000  # up to which distinct values are counted exactly; above, only where they may be a key
ROUGHLY_ALL = 0.9  # of the rows, by a rough count, for a column to be counted exactly
LONGEST = 50  # characters on average, above which a text is no name
COMPOSED_OF = 12  # columns that keys of several are sought among
WIDEST = 3  # columns of a key
SCREENED_ROWS = 20_000
VERIFIED = 4  # keys of several columns that are counted on all rows
REPEATING = 0.01  # of the rows may repeat a key that is nearly one
NAMING = ("integer", "text")  # families of keys of one column
PART = (*NAMING, "date", "timestamp", "boolean")  # families of parts of a key
REFERRING = (*PART, "number")  # families of columns that may refer to a key


@dataclass(frozen=True)
class ColumnFacts:
    """What keys and references are told from.

    `distinct` is rough in tables of many rows; `low` and `high` are values, of moments microseconds since 1970.

    `name_like` says that values are short and whole: a fraction or a long text names nothing.
    """

    name: str
    type: str
    known: int
    distinct: int
    low: Any
    high: Any
    name_like: bool

    @property
    def family(self) -> Family:
        return family(self.type)


@dataclass(frozen=True)
class Key:
    """Columns that name a row; `repeats` rows have to go for it to be true of all."""

    columns: tuple[str, ...]
    repeats: int


@dataclass(frozen=True)
class Keyed:
    """A table, the facts of its columns, and its keys, the most likely first."""

    table: Table
    rows: int
    columns: Mapping[str, ColumnFacts]
    keys: tuple[Key, ...]

    @property
    def name(self) -> str:
        return self.table.name

    def is_key(self, column: str) -> bool:
        """Whether a column alone names the rows."""
        return any(key.columns == (column,) for key in self.keys)


def keyed(table: Table) -> Keyed:
    """The table with its keys: single columns that never repeat nor miss; where there are none, the fewest together.

    Where no columns name every row, those that name all but one in a hundred, with the rows that repeat.
    """
    rows, columns = _facts(table)
    single = [
        Key((name,), 0)
        for name, found in columns.items()
        if found.family in NAMING and found.name_like and found.known == found.distinct == rows
    ]
    keys = single or (_composed(table, rows, columns) if rows > 1 else [])
    return Keyed(table, rows, columns, tuple(keys))


def _facts(table: Table) -> tuple[int, dict[str, ColumnFacts]]:
    """One pass over the table, and a second over columns of large tables that may be keys."""
    names = [name for name, kind in table.columns.items() if family(kind) in REFERRING]
    rows = table.count()
    exactly = rows <= EXACT_ROWS
    wanted: dict[str, exp.Expr] = {}
    for name in names:
        wanted |= {f"{what}:{name}": value for what, value in _measures(table, name, exactly).items()}
    found = table.aggregate(**wanted) if wanted else {}
    if not exactly:
        likely = [name for name in names if found[f"distinct:{name}"] >= ROUGHLY_ALL * rows]
        found |= table.aggregate(**{f"distinct:{name}": _distinct(name) for name in likely}) if likely else {}
    return rows, {name: _column(table, name, found) for name in names}


def _measures(table: Table, name: str, exactly: bool) -> dict[str, exp.Expr]:
    value, kind = sql.column(name), family(table.columns[name])
    odd: exp.Expr = sql.literal(0)
    if kind == "number":
        fraction = exp.NEQ(this=exp.Floor(this=value.copy()), expression=value.copy())
        odd = sql.true_count(fraction)
    if kind == "text":
        length = sql.call("length", sql.cast(value, "VARCHAR"))
        odd = exp.Coalesce(
            this=exp.GT(this=exp.Avg(this=length), expression=sql.literal(LONGEST)), expressions=[exp.false()]
        )
    ordered = sql.call("epoch_us", sql.cast(value, "TIMESTAMP")) if kind in ("date", "timestamp") else value
    return {
        "known": exp.Count(this=value.copy()),
        "distinct": _distinct(name) if exactly else sql.call("approx_count_distinct", value),
        "low": exp.Min(this=ordered.copy()),
        "high": exp.Max(this=ordered.copy()),
        "odd": odd,
    }


def _distinct(name: str) -> exp.Expr:
    return exp.Count(this=exp.Distinct(expressions=[sql.column(name)]))


def _column(table: Table, name: str, found: Mapping[str, Any]) -> ColumnFacts:
    known, distinct, low, high, odd = (
        found[f"{what}:{name}"] for what in ("known", "distinct", "low", "high", "odd")
    )
    return ColumnFacts(name, table.columns[name], known, min(distinct, known), low, high, not odd)


def _composed(table: Table, rows: int, columns: Mapping[str, ColumnFacts]) -> list[Key]:
    """The narrowest keys of several columns, screened on a sample, counted on all rows."""
    parts = [
        found.name
        for found in columns.values()
        if found.family in PART and found.name_like and found.known == rows and found.distinct > 1
    ]
    parts = sorted(parts, key=lambda name: not is_moment(table.columns[name]))[:COMPOSED_OF]
    parts = [name for name in columns if name in parts]
    seen = sampled(table, rows, SCREENED_ROWS)
    for width in range(2, WIDEST + 1):
        tried = [
            names
            for names in combinations(parts, width)
            if prod(columns[name].distinct for name in names) >= (1 - REPEATING) * rows
        ]
        counted = _counted(seen, tried)
        least = (1 - REPEATING) * min(rows, SCREENED_ROWS)
        likely = sorted(
            (names for names in tried if counted[names] >= least), key=lambda names: -counted[names]
        )
        exact = _counted(table, likely[:VERIFIED])
        keys = [
            Key(names, rows - there) for names, there in exact.items() if rows - there <= REPEATING * rows
        ]
        if keys:
            return sorted(keys, key=lambda key: key.repeats)
    return []


def _counted(table: Table, tried: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """How many different values columns have together, in one pass."""
    if not tried:
        return {}
    hashed = {f"k{place}": _hash(names) for place, names in enumerate(tried)}
    found = table.aggregate(
        **{name: exp.Count(this=exp.Distinct(expressions=[value])) for name, value in hashed.items()}
    )
    return dict(zip(tried, found.values(), strict=True))


def _hash(names: Iterable[str]) -> exp.Expr:
    return sql.call("hash", *(sql.column(name) for name in names))
