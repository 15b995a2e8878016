"""A table's rows as points: numbers and categories on one scale, for methods that measure distances."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_number
from thalweg.mine.barred import NOTHING, Barred

MOST = 60  # columns looked at, the first
CATEGORIES = 10  # values of a text that are told apart, the most frequent
FREE = 0.5  # share of a text's values that are distinct, above which it is free text or names its row
NAMED = 0.98  # share of whole numbers that are distinct, above which they name their row
FAR = 10.0  # quartile ranges from the median: no single value may outweigh all others


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: its median, which stands for what is missing, and half its width."""

    name: str
    middle: float
    width: float


@dataclass(frozen=True)
class Values:
    """A column of categories, and those that are told apart. Each weighs so that the column weighs as a number."""

    name: str
    values: tuple[str, ...]


Column = Numbers | Values


@dataclass(frozen=True)
class Scale:
    """How rows become points (N, D) of float64; learnt from training rows."""

    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where each column's dimensions begin and end."""
        widths = [1 if isinstance(column, Numbers) else len(column.values) for column in self.columns]
        ends = np.cumsum([0, *widths])
        return [(int(a), int(b)) for a, b in pairwise(ends)]

    def points(self, data: pa.Table | pa.RecordBatch) -> np.ndarray:
        """The rows' points (N, D)."""
        return np.column_stack([_placed(column, data.column(column.name)) for column in self.columns])


def usable(
    table: Table, wanted: Sequence[str], without: Sequence[str] = (), barred: Barred = NOTHING
) -> list[str]:
    """The columns named, or all that are numbers, texts or booleans, but those left out and those barred.

    Raises ComponentError where a named column is something else or barred, or none is left.
    """
    for name in (*wanted, *without):
        table.require(name)
    barred.check(wanted)
    for name in wanted:
        if not _fits(table.columns[name]):
            raise ComponentError(
                f"column {name!r} is {table.columns[name]}; expected numbers, text or booleans, which have distances"
            )
    every = wanted or [name for name, kind in table.columns.items() if _fits(kind) and name not in barred]
    found = [name for name in every if name not in without]
    if not found:
        raise ComponentError(f"table {table.name!r} has no column of numbers, text or booleans to look at")
    return found[:MOST]


def scale_of(data: pa.Table, types: Mapping[str, str], columns: Sequence[str]) -> Scale:
    """The scale of some columns, from learning rows. Columns of one value, identifiers and free text are left out.

    Raises ComponentError where none is left.
    """
    made = [column for name in columns if (column := _learnt(name, types[name], data[name])) is not None]
    if not made:
        raise ComponentError(
            f"none of the columns {', '.join(columns)} tells rows apart: each has one value, or another in every row"
        )
    return Scale(tuple(made))


def shuffled(points: np.ndarray, spans: Sequence[tuple[int, int]], rng: np.random.Generator) -> np.ndarray:
    """The same values in each column, in rows of chance: what is left is not how columns go together."""
    parts = [points[rng.permutation(len(points)), start:stop] for start, stop in spans]
    return np.concatenate(parts, axis=1)


def values_of(column: Column, data: pa.ChunkedArray) -> np.ndarray:
    """A column as it is described: numbers as they are, NaN where missing; categories as text."""
    if isinstance(column, Numbers):
        return _floats(data)
    return np.array(pc.fill_null(pc.cast(data, pa.string()), "missing").to_pylist(), dtype=object)


def _fits(kind: str) -> bool:
    return is_number(kind) or family(kind) in ("text", "boolean")


def _learnt(name: str, kind: str, data: pa.ChunkedArray) -> Column | None:
    known = data.drop_null()
    distinct = pc.count_distinct(known).as_py()
    if distinct < 2:
        return None
    if is_number(kind):
        if family(kind) == "integer" and len(known) > CATEGORIES and distinct > NAMED * len(known):
            return None
        return _number(name, _floats(known))
    if family(kind) == "text" and distinct > max(FREE * len(known), CATEGORIES):
        return None
    counts = pc.value_counts(pc.cast(known, pa.string())).to_pylist()
    counts.sort(key=lambda each: (-each["counts"], each["values"]))
    return Values(name, tuple(each["values"] for each in counts[:CATEGORIES]))


def _number(name: str, values: np.ndarray) -> Numbers | None:
    """Scaled by the quartiles where they differ, else by the standard deviation: far values do not set the scale."""
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    width = (high - low) / 1.349 or float(values.std())
    return Numbers(name, float(middle), float(width)) if width > 0 else None


def _placed(column: Column, data: Any) -> np.ndarray:
    if isinstance(column, Numbers):
        values = (_floats(data) - column.middle) / column.width
        return np.clip(np.nan_to_num(values, nan=0.0, posinf=FAR, neginf=-FAR), -FAR, FAR)[:, None]
    text = pc.cast(data, pa.string())
    which = pc.index_in(text, value_set=pa.array(column.values))
    codes = (
        pc.fill_null(which, -1).to_numpy(zero_copy_only=False)
        if isinstance(which, pa.Array)
        else (pc.fill_null(which, -1).to_numpy())
    )
    return (codes[:, None] == np.arange(len(column.values))) * np.sqrt(2.0)


def _floats(data: Any) -> np.ndarray:
    numbers = pc.cast(data, pa.float64(), safe=False)
    found = numbers.to_numpy(zero_copy_only=False) if isinstance(numbers, pa.Array) else numbers.to_numpy()
    return found.astype(np.float64)
