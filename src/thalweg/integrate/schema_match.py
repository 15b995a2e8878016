"""Which columns of two tables mean the same under different names: pairs with scores from names, types and values.

The score of a pair is the mean of what is known of it, each between 0 and 1: how alike the names are, whether
the types are the same, how far the values overlap (of a bounded sample of training rows). Pairs are taken from the
best score down, each column once.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlglot import exp

from thalweg.clean.sample import sampled
from thalweg.clean.values import present
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_number
from thalweg.integrate.agreement import may_stack

SAMPLE = 20_000  # rows of each table
NAMES, TYPES, VALUES = 0.5, 0.1, 0.4  # weights
WORTH_TELLING = 0.4


@dataclass(frozen=True)
class Match:
    """A column of the other table that may mean one of this table; `values` is None where they were not compared."""

    there: str
    here: str
    score: float
    names: float
    types: float
    values: float | None

    def written(self) -> dict[str, Any]:
        """As JSON values, for the account of rows."""
        return asdict(self)


def propose(table: Table, other: Table) -> list[Match]:
    """The best pairs of columns that have no namesake on the other side, highest score first."""
    here = [name for name in table.columns if name not in other.columns]
    there = [name for name in other.columns if name not in table.columns]
    mine, theirs = _samples(table, here), _samples(other, there)
    found = [
        _match(a, b, table.columns[a], other.columns[b], mine.get(a), theirs.get(b))
        for a in here
        for b in there
        if may_stack(table.columns[a], other.columns[b])
    ]
    taken: list[Match] = []
    for match in sorted(found, key=lambda each: (-each.score, each.here, each.there)):
        free = all(match.here != other.here and match.there != other.there for other in taken)
        if free and match.score >= WORTH_TELLING:
            taken.append(match)
    return taken


def _match(
    here: str, there: str, one: str, other: str, mine: list[Any] | None, theirs: list[Any] | None
) -> Match:
    names, types = alike(here, there), 1.0 if one == other else 0.5
    values = _overlap(mine, theirs, numeric=is_number(one)) if mine and theirs else None
    known = [(NAMES, names), (TYPES, types)] + ([(VALUES, values)] if values is not None else [])
    score = sum(weight * part for weight, part in known) / sum(weight for weight, _ in known)
    rounded = None if values is None else round(values, 3)
    return Match(there, here, round(score, 3), round(names, 3), types, rounded)


def alike(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: their letters in order, or their words in any order."""
    words = [
        re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
        for name in (one, other)
    ]
    plain, sorted_ = ("".join(each) for each in words), ("".join(sorted(each)) for each in words)
    return max(_ratio(*plain), _ratio(*sorted_))


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _samples(table: Table, names: list[str]) -> dict[str, list[Any]]:
    """Values of a sample of training rows, by column; none where nothing may be learnt from the table."""
    ordered = [name for name in names if family(table.columns[name]) not in ("nested", "bytes", "other")]
    if table.closed or not ordered:
        return {}
    training = table.training()
    rows = training.session.rows(
        sql.select(sampled(training, training.count(), SAMPLE).query, _cells(table, ordered))
    )
    return {name: [row[i] for row in rows if row[i] is not None] for i, name in enumerate(ordered)}


def _cells(table: Table, names: list[str]) -> dict[str, Any]:
    """Numbers as DOUBLE, all else as text; NaN as NULL."""
    cells = {}
    for name in names:
        value, kind = sql.column(name), table.columns[name]
        as_read = sql.cast(value, "DOUBLE" if is_number(kind) else "VARCHAR")
        cells[name] = exp.Case().when(present(value, kind), as_read).else_(exp.null())
    return cells


def _overlap(one: list[Any], other: list[Any], numeric: bool) -> float:
    """Of texts, the share of different values of the smaller side that the other has; of numbers, how far the
    middle nine tenths cover each other."""
    if not numeric:
        few, many = sorted((set(one), set(other)), key=len)
        return len(few & many) / len(few)
    (a, b), (c, d) = _middle(one), _middle(other)
    width = max(b, d) - min(a, c)
    return max(min(b, d) - max(a, c), 0.0) / width if width > 0 else 1.0


def _middle(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[int(0.05 * (len(ordered) - 1))], ordered[int(0.95 * (len(ordered) - 1))]
