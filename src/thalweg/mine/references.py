"""Columns whose values are keys of another table: foreign keys, found by their values; names break ties.

A reference is scored by how much of the column's values the key holds, and by how little that can be chance. Words and
scattered numbers hardly ever lie in a key by chance. Small whole numbers lie in every key that counts from 1: there,
that they use up the whole key says something, and else only the names do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import log10
from statistics import mean

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.types import is_number
from thalweg.integrate.agreement import comparable
from thalweg.mine.keys import ColumnFacts, Key, Keyed
from thalweg.mine.meanings import words_of

CONTAINED = 0.7  # of a column's different values, at least, must be in the key
ACCEPTED = 0.3  # the least score
SPEAKING = 0.9  # how little a word in a key can be chance
FEW = 3  # different values, below which even words say little
COUNTING = 0.5  # of the numbers between the least and the greatest are keys: they count, and say little
CHOICES = 2  # columns tried for each column of a key of several
ALIKE, KIN, BEGINNING = 1.0, 0.7, 0.6  # how alike names are
SHORTEST = 4  # letters of a word that another may begin with
GENERIC = frozenset(
    {
        *("id", "key", "code", "no", "nr", "num", "number", "pk", "fk", "uuid", "ref", "index"),
        *("name", "title", "type", "description", "value", "date", "time"),
    }
)
"""Words that say nothing of which table is meant."""


@dataclass(frozen=True)
class Reference:
    """Columns of a table that refer to a key of another.

    `contained` is the share of their different values that the key holds, `matched` that of the table's rows. `name`
    says how alike the names are, `score` how likely it all is; both from 0 to 1. `repeats` rows of the other table
    repeat the key. `declared`: the database says so.
    """

    table: str
    columns: tuple[str, ...]
    other: str
    keys: tuple[str, ...]
    name: float
    score: float
    contained: float = 1.0
    matched: float = 1.0
    repeats: int = 0
    declared: bool = False


def declared_reference(table: str, columns: tuple[str, ...], other: str, keys: tuple[str, ...]) -> Reference:
    """A reference that a database declares."""
    return Reference(table, columns, other, keys, ALIKE, 1.0, declared=True)


def references(tables: Sequence[Keyed], declared: Sequence[Reference] = ()) -> list[Reference]:
    """The most likely reference of each column, and of columns together, in the order of the tables and columns.

    What is `declared` is believed, where values of both tables can be compared, and nothing else is sought for its
    columns.

    Candidates are pruned by type, range and number of values; the rest are counted in the engine, the most likely
    first, until no better can come. All references between two tables use one key.
    """
    found: list[Reference] = []
    for table in tables:
        best = _believed(tables, table, declared)
        told = {name for each in best for name in each.columns if len(each.columns) == 1}
        for column in (column for column in table.columns.values() if column.name not in told):
            best += _best(tables, table, _alone(tables, table, column))
        best += _best(tables, table, _together(tables, table))
        found += _one_key_each(best)
    return found


def _believed(tables: Sequence[Keyed], table: Keyed, declared: Sequence[Reference]) -> list[Reference]:
    """The declared references of a table to others, with the shares that were counted."""
    by_name = {other.name: other for other in tables if other.name != table.name}
    found = []
    for each in declared:
        other = by_name.get(each.other)
        if each.table != table.name or other is None:
            continue
        here, there = (of.table.columns for of in (table, other))
        if all(c in here and k in there and comparable(here[c], there[k]) for c, k in _pairs(each)):
            found.append(_counted(table, other, each))
    return found


def _counts_there(table: Keyed, other: Keyed, found: Reference) -> bool:
    """Whether a key of numbers, scattered as a whole, counts where the values of a column lie: any would fit there."""
    if len(found.keys) != 1 or not is_number(other.columns[found.keys[0]].type):
        return False
    column, key = table.columns[found.columns[0]], sql.column(found.keys[0])
    inside = exp.Between(this=key, low=sql.literal(column.low), high=sql.literal(column.high))
    held = other.table.aggregate(held=sql.true_count(inside))["held"]
    return int(held) >= COUNTING * (float(column.high) - float(column.low) + 1)


def _pairs(reference: Reference) -> Iterator[tuple[str, str]]:
    return zip(reference.columns, reference.keys, strict=True)


def _best(tables: Sequence[Keyed], table: Keyed, candidates: Iterator[Reference]) -> list[Reference]:
    """The best of some candidates, whose scores are what they would be if every value were in the key."""
    by_name = {other.name: other for other in tables}
    best: Reference | None = None
    for candidate in sorted(candidates, key=lambda each: -each.score):
        if candidate.score < ACCEPTED or (best is not None and best.score >= candidate.score):
            break
        counted = _counted(table, by_name[candidate.other], candidate)
        if counted.contained < CONTAINED or counted.score < ACCEPTED:
            continue
        if counted.name or not _counts_there(table, by_name[candidate.other], counted):
            best = counted if best is None or counted.score > best.score else best
    return [best] if best is not None else []


def _alone(tables: Sequence[Keyed], table: Keyed, column: ColumnFacts) -> Iterator[Reference]:
    """Keys of one column that a column may refer to."""
    if not column.name_like or not column.known or column.family == "boolean":
        return
    for other in tables:
        for key in other.keys:
            if other.name == table.name or len(key.columns) != 1:
                continue
            there = other.columns[key.columns[0]]
            if not _fits(column, there):
                continue
            name = likeness(column.name, other.name, there.name)
            if table.is_key(column.name) and not (name == ALIKE and _above(table, other, tables)):
                continue
            score = (_telling(column, there) + name) / 2
            yield Reference(
                table.name, (column.name,), other.name, key.columns, name, score, repeats=key.repeats
            )


def _above(table: Keyed, other: Keyed, tables: Sequence[Keyed]) -> bool:
    """Whether of two tables with the same key the other is the one referred to: the longer, else the first."""
    return (other.rows, -tables.index(other)) > (table.rows, -tables.index(table))


def _together(tables: Sequence[Keyed], table: Keyed) -> Iterator[Reference]:
    """Keys of several columns that columns may refer to together."""
    for other in tables:
        for key in other.keys:
            if other.name == table.name or len(key.columns) == 1:
                continue
            for columns in product(*(_choices(table, other, part) for part in key.columns)):
                if len(set(columns)) == len(columns) and not _is_its_key(table, columns):
                    yield _several(table, other, key, columns)


def _choices(table: Keyed, other: Keyed, part: str) -> list[str]:
    """Columns that may refer to a part of a key, those with the likest names first."""
    there = other.columns[part]
    fitting = [
        column for column in table.columns.values() if column.known and _fits(column, there, within=False)
    ]
    ordered = sorted(fitting, key=lambda column: -likeness(column.name, other.name, part, part_of_key=True))
    return [column.name for column in ordered[:CHOICES]]


def _several(table: Keyed, other: Keyed, key: Key, columns: tuple[str, ...]) -> Reference:
    pairs = list(zip(columns, key.columns, strict=True))
    name = mean(likeness(here, other.name, there, part_of_key=True) for here, there in pairs)
    return Reference(
        table.name, columns, other.name, key.columns, name, (SPEAKING + name) / 2, repeats=key.repeats
    )


def _is_its_key(table: Keyed, columns: tuple[str, ...]) -> bool:
    return any(set(key.columns) <= set(columns) for key in table.keys)


def _fits(column: ColumnFacts, there: ColumnFacts, within: bool = True) -> bool:
    """Whether types, ranges and numbers of values let a column refer to a key."""
    if not comparable(column.type, there.type) or column.low is None or there.low is None:
        return False
    if within and column.distinct * CONTAINED > there.distinct:
        return False
    if within and is_number(column.type):
        return bool(there.low <= column.low and column.high <= there.high)
    return bool(column.low <= there.high and there.low <= column.high)


def _telling(column: ColumnFacts, there: ColumnFacts) -> float:
    """How little it can be chance that a key holds the values of a column, from 0 to 1."""
    if not is_number(there.type):
        return SPEAKING if column.distinct >= FEW else SPEAKING / 2
    if there.distinct / (float(there.high) - float(there.low) + 1) < COUNTING:
        return SPEAKING
    used_up = min(column.distinct / max(there.distinct, 1), 1.0)
    return used_up * min(log10(max(there.distinct, 1)) / 3, 1.0) / 2


def likeness(column: str, other: str, key: str, part_of_key: bool = False) -> float:
    """How alike the name of a column is to that of a key and its table, from 0 to 1.

    `album_id` is alike `album.id` and `Album.AlbumId`; `home_team_id` is kin to `team.id`; `ShipVia` begins as
    `Shippers` does. Words such as id and name say nothing by themselves, but as a part of a key of the same name.
    """
    mine, theirs, table = _words(column), _words(key), _words(other)
    core = mine - GENERIC
    if column.casefold() == key.casefold() and (part_of_key or theirs - GENERIC):
        return ALIKE
    if core and core == table:
        return ALIKE
    target = (table | theirs) - GENERIC
    if core & target:
        return KIN
    long = [(one, two) for one in core for two in target if min(len(one), len(two)) >= SHORTEST]
    return BEGINNING if any(one.startswith(two) or two.startswith(one) for one, two in long) else 0.0


def _words(name: str) -> frozenset[str]:
    """The words of a name, each in the singular as far as an s at its end tells."""
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words_of(name))


def _counted(table: Keyed, other: Keyed, candidate: Reference) -> Reference:
    """A candidate with the shares that were counted: values by their rows, set beside the different keys."""
    here = [sql.column(name) for name in candidate.columns]
    there = [sql.column(name) for name in candidate.keys]
    names = [f"k{place}" for place in range(len(here))]
    known = sql.all_of(sql.not_null(name) for name in here)
    values = sql.select(table.table.query, {**dict(zip(names, here, strict=True)), "rows": sql.row_count()})
    values = values.where(known).group_by(*(name.copy() for name in here))
    keys = sql.select(other.table.query, dict(zip(names, there, strict=True))).distinct()
    equal = [exp.EQ(this=sql.column(name, "l"), expression=sql.column(name, "r")) for name in names]
    held = sql.all_of(sql.not_null(sql.column(name, "r")) for name in names)
    rows = sql.cast(exp.Case().when(held, sql.column("rows", "l")).else_(sql.literal(0)), "BIGINT")
    query = (
        exp.select(sql.row_count(), sql.true_count(held), exp.Sum(this=rows))
        .from_(sql.relation(values, "l"))
        .join(sql.relation(keys, "r"), on=sql.all_of(equal), join_type="left")
    )
    ((different, inside, matched),) = table.table.session.rows(query)
    contained = inside / different if different else 0.0
    return replace(
        candidate,
        contained=contained,
        matched=int(matched or 0) / table.rows,
        score=candidate.score * contained,
    )


def _one_key_each(found: list[Reference]) -> list[Reference]:
    """References without those that reach a table by another key than the best does: of what the values allow, the
    likest names, so that an invoice finds its customer by the number and not by the address."""
    key: dict[str, tuple[str, ...]] = {}
    for each in sorted(found, key=lambda reference: (-reference.name, -reference.score)):
        key.setdefault(each.other, each.keys)
    return [each for each in found if each.keys == key[each.other]]
