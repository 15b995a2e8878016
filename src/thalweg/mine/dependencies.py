"""Columns that tell another: functional dependencies, found on a sample and verified on every row.

A dependency X → Y says that rows alike in X are alike in Y. It may have exceptions: its error is the least share of
rows to take away so that it holds (g3: Kivinen & Mannila 1995). What counts as evidence are rows that repeat an X
seen before; where X never repeats, anything seems to follow from it. A dependency is told only where those rows agree
far more often than two rows drawn by chance would, so that Y being nearly constant is none.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import Table

MOST_COLUMNS = 30  # looked at; of more, the first
PAIRED_ROWS = 20_000  # of the sample, for dependencies on two columns
GLANCE = 4_000  # rows that most candidates fail on already
AGREEING = 0.95  # of the repeating rows, on the sample and on all rows
BEYOND_CHANCE = 0.9  # of the way from what chance gives to full agreement
NEIGHBOURS = 0.8  # the share of neighbours that agree where AGREEING of the rows do, with room for chance
FEWEST = 30  # repeating rows
SPARSE = 0.02  # of the rows must repeat
SINGLE, DOUBLE = 20, 8  # candidates that are verified on every row


@dataclass(frozen=True)
class Dependency:
    """Rows alike in `given` are alike in `column`, but for `exceptions` rows of the `rows` that have all of `given`."""

    given: tuple[str, ...]
    column: str
    rows: int
    repeating: int
    exceptions: int

    @property
    def error(self) -> float:
        return self.exceptions / self.rows

    def written(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "given": list(self.given),
            "column": self.column,
            "rows": self.rows,
            "repeating": self.repeating,
            "exceptions": self.exceptions,
            "error": self.error,
        }


def dependencies(
    table: Table, sample: pa.Table, given: Sequence[str], told: Sequence[str]
) -> list[Dependency]:
    """Dependencies of the columns `told` on one or two of the columns `given`; exact ones first.

    `sample` holds rows of the table chosen by hash, missing values as NULL. Memory is that of the sample, and in
    the engine that of the distinct values of a candidate's columns.
    """
    names = list(dict.fromkeys([*given, *told]))[:MOST_COLUMNS]
    codes = {name: _codes(sample[name]) for name in names if name in sample.column_names}
    given = [name for name in given if name in codes]
    told = [name for name in told if name in codes]
    alone = _strongest(_single(codes, given, told))
    known = {(name, column) for (name,), column in alone}
    short = {name: values[:PAIRED_ROWS] for name, values in codes.items()}
    together = _strongest(_double(short, given, told, known))
    candidates = [*list(alone)[:SINGLE], *list(together)[:DOUBLE]]
    verified = [_verified(table, names, column) for names, column in candidates]
    found = [each for each in verified if each is not None and _holds(each)]
    return sorted(found, key=lambda each: (each.exceptions > 0, len(each.given), each.error))


Candidates = Mapping[tuple[tuple[str, ...], str], float]


def _single(
    codes: Mapping[str, np.ndarray], given: Sequence[str], told: Sequence[str]
) -> Iterator[tuple[tuple[tuple[str, ...], str], float]]:
    for name in given:
        for column in told:
            if column != name:
                yield ((name,), column), _strength(codes[name], codes[column])


def _double(
    codes: Mapping[str, np.ndarray],
    given: Sequence[str],
    told: Sequence[str],
    known: set[tuple[str, str]],
) -> Iterator[tuple[tuple[tuple[str, ...], str], float]]:
    """Pairs, neither of which tells the column, or the other, alone."""
    for one, other in combinations(given, 2):
        if (one, other) in known or (other, one) in known:
            continue
        pair = _paired(codes[one], codes[other])
        others = [
            column
            for column in told
            if column not in (one, other) and not {(one, column), (other, column)} & known
        ]
        for column in _promising(pair, codes, others):
            yield ((one, other), column), _strength(pair, codes[column])


def _promising(pair: np.ndarray, codes: Mapping[str, np.ndarray], columns: Sequence[str]) -> list[str]:
    """The columns that neighbours alike in the pair mostly agree on: one look at all columns, at few rows."""
    known = int((pair >= 0).sum())
    if known - (int(pair.max(initial=-1)) + 1) < max(FEWEST, SPARSE * known):
        return []
    order = np.argsort(pair[:GLANCE], kind="stable")
    alike = np.diff(pair[order], prepend=-2) == 0
    alike &= pair[order] >= 0
    if alike.sum() < FEWEST or not columns:
        return list(columns)
    values = np.stack([codes[column][order] for column in columns], axis=1)
    agreeing = (np.diff(values, axis=0, prepend=-2) == 0)[alike].mean(axis=0)
    return [column for column, share in zip(columns, agreeing, strict=True) if share >= NEIGHBOURS]


def _strongest(found: Iterator[tuple[tuple[tuple[str, ...], str], float]]) -> Candidates:
    """The candidates that hold on the sample, the strongest first; ties in the order of the columns."""
    holding = [each for each in found if each[1] > 0]
    return dict(sorted(holding, key=lambda each: -each[1]))


def _strength(given: np.ndarray, told: np.ndarray) -> float:
    """The share of repeating rows that agree, 0 where the dependency does not hold on the sample."""
    if len(given) > GLANCE and _agreement(given[:GLANCE], told[:GLANCE])[1] < AGREEING / 2:
        return 0.0
    repeating, agreeing = _agreement(given, told)
    rows = int((given >= 0).sum())
    if repeating < max(FEWEST, SPARSE * rows) or agreeing < AGREEING:
        return 0.0
    chance = np.bincount(told[given >= 0] + 1).max() / rows
    return agreeing if agreeing >= chance + BEYOND_CHANCE * (1 - chance) else 0.0


def _agreement(given: np.ndarray, told: np.ndarray) -> tuple[int, float]:
    """How many rows repeat a value of `given`, and the share of them that agree with its most frequent `told`."""
    known = given >= 0
    keys = np.sort(given[known] * (int(told.max(initial=0)) + 2) + told[known] + 1)
    if not len(keys):
        return 0, 0.0
    starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    counts = np.diff(starts, append=len(keys))
    owners = keys[starts] // (int(told.max(initial=0)) + 2)
    firsts = np.flatnonzero(np.diff(owners, prepend=owners[0] - 1))
    repeating = len(keys) - len(firsts)
    agreeing = int(np.maximum.reduceat(counts, firsts).sum()) - len(firsts)
    return repeating, agreeing / repeating if repeating else 1.0


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers (N,) int64 for the different values, -1 where missing."""
    indices = pc.dictionary_encode(column.combine_chunks()).indices
    return pc.fill_null(indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _paired(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Codes of two columns together, -1 where either is missing; small, so that products stay whole numbers."""
    both = np.where((one >= 0) & (other >= 0), one * (int(other.max(initial=0)) + 1) + other, -1)
    _, places = np.unique(both, return_inverse=True)
    return places - 1 if (both < 0).any() else places


def _verified(table: Table, given: Sequence[str], column: str) -> Dependency | None:
    """A candidate counted on every row: rows by the values of all its columns, then the greatest of each `given`."""
    names = [sql.column(name) for name in given]
    known = sql.all_of(sql.not_null(name) for name in names)
    keys = {f"g{place}": name for place, name in enumerate(names)}
    counted = sql.select(table.query, {**keys, "told": sql.column(column), "n": sql.row_count()})
    counted = counted.where(known).group_by(*names, sql.column(column))
    rows, most = exp.Sum(this=sql.column("n")), exp.Max(this=sql.column("n"))
    each = sql.select(counted, {"rows": rows, "most": most}).group_by(*(sql.column(key) for key in keys))
    total = [exp.Sum(this=sql.column("rows")), exp.Sum(this=sql.column("most")), sql.row_count()]
    ((every, agreeing, groups),) = table.session.rows(exp.select(*total).from_(sql.relation(each)))
    if not every:
        return None
    every, agreeing = int(every), int(agreeing)
    return Dependency(tuple(given), column, every, every - int(groups), every - agreeing)


def _holds(found: Dependency) -> bool:
    """Whether the repeating rows agree on all rows as they did on the sample."""
    return found.repeating > 0 and found.exceptions <= (1 - AGREEING) * found.repeating
