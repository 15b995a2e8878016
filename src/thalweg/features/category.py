"""Values that are names: each frequent one gets its own embedding."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow
from pydantic import Field

from thalweg.engines import types
from thalweg.features.conform import conform
from thalweg.features.feature import Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import missing_mark
from thalweg.features.refusal import says_nothing

WIDER = ("UBIGINT", "HUGEINT", "UHUGEINT")  # than 64 bits with a sign
WIDE = pa.decimal128(38, 0)
REMEMBERED = 10_000  # rare values kept by name, so that they are counted as rare, not as unseen
FEW = 64  # rows, below which looking values up one by one beats building a hash table of the vocabulary
NEVER_TWICE = 0.5  # share of distinct values above which a text hardly ever repeats
FEWEST = 20  # distinct values, below which nothing is called an identifier
SENTENCE = 5  # words on average that make a text free text

Value = bool | int | float | str


class CategoryEncoder(Encoder):
    """A fitted category: one slot; 0 for rare and unseen values, 1 for missing ones where training had some.

    `values` are those that have an index of their own, the most frequent first; `rare` were seen too seldom.
    """

    values: tuple[Value, ...]
    rare: tuple[Value, ...] = ()
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return (Slot(name=self.column, block="categories", cardinality=self._first + len(self.values)),)

    @property
    def _first(self) -> int:
        return 2 if self.missing else 1

    @cached_property
    def _index(self) -> np.ndarray:
        """The index of the value at each position of the vocabulary; of position -1, not found, last."""
        own = np.arange(len(self.values), dtype=np.int32) + self._first
        return np.concatenate([own, np.zeros(len(self.rare) + 1, np.int32)])

    @cached_property
    def _vocabulary(self) -> pa.Array:
        values = [*self.values, *self.rare]
        return (
            pa.array(map(Decimal, values), WIDE) if self.type in WIDER else self._comparable(pa.array(values))
        )

    @cached_property
    def _positions(self) -> dict[Value, int]:
        return {value: position for position, value in enumerate((*self.values, *self.rare))}

    def _comparable(self, values: pa.Array) -> pa.Array:
        """One type for each family of types, so that equal values are equal."""
        if self.type in WIDER and not arrow.is_floating(values.type):
            return values.cast(WIDE)
        if arrow.is_integer(values.type):
            return values.cast(pa.int64())
        if arrow.is_floating(values.type):
            known = pc.if_else(values.is_nan(), None, values)
            return pc.add(known, 0.0)  # -0.0 becomes 0.0
        return values

    def _find(self, values: pa.Array) -> np.ndarray:
        """Positions in the vocabulary (B,), -1 where a value is not in it."""
        if len(values) < FEW:
            return np.array([self._positions.get(value, -1) for value in values.to_pylist()], np.int64)
        known = self._vocabulary
        found = pc.index_in(values, value_set=known if known.type == values.type else known.cast(values.type))
        return found.fill_null(-1).to_numpy(zero_copy_only=False)

    def encode(self, values: pa.Array) -> Encoded:
        values = self._comparable(values)
        position = self._find(values)
        missing = values.is_null().to_numpy(zero_copy_only=False)
        index = self._index[position]
        if self.missing:
            index[missing] = 1
        return Encoded({self.column: index}, self._marks(position, missing))

    def _marks(self, position: np.ndarray, missing: np.ndarray) -> dict[str, np.ndarray]:
        replaced = {"rare": position >= len(self.values), "unseen": (position < 0) & ~missing}
        return missing_mark(missing, self.missing) | replaced


class Category(Feature):
    """A column whose values are names: an index for each, which the network turns into a learnt vector.

    Text, whole numbers and booleans; when asked to, floats too. Values that are rare in the training rows
    share one index with values never seen there. Missing is a value of its own.
    """

    kind: ClassVar[str] = "category"
    encoder: ClassVar[type[Encoder]] = CategoryEncoder
    preference: ClassVar[int] = 10

    min_count: int = Field(default=5, ge=1)
    """Training rows a value needs to get an index of its own."""
    limit: int = Field(default=50_000, ge=1)
    """Values with an index of their own, at most: the most frequent."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="carrier")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.family(type) in ("text", "integer", "boolean", "number")

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        if types.family(column.type) == "number":
            return "holds measured numbers, not names"
        known = column.rows - column.nulls
        if column.distinct < FEWEST or column.distinct <= NEVER_TWICE * known:
            return None
        if types.family(column.type) == "text" and (words := _words(column.sample)) >= SENTENCE:
            return f"looks like free text: about {words:.0f} words a value, {column.distinct:,} values"
        return f"looks like an identifier: {column.distinct:,} different values in {known:,} training rows"

    def fit(self, column: TrainingColumn) -> CategoryEncoder:
        self.check(column)
        counted = _counted(column, self.limit + REMEMBERED)
        own = [value for value, rows in counted[: self.limit] if rows >= self.min_count]
        rare = [value for value, _ in counted[len(own) :]]
        return CategoryEncoder(
            column=column.name,
            type=column.type,
            values=tuple(own),
            rare=tuple(rare[:REMEMBERED]),
            missing=column.nulls > 0,
        )


def _counted(column: TrainingColumn, most: int) -> list[tuple[Value, int]]:
    """The most frequent values, NaN left out, read as a batch's values will be; and their rows."""
    values, rows = zip(*column.counts(most), strict=True)
    read = conform(column.name, pa.array(values, column.sample.type), column.type).to_pylist()
    plain = [int(value) if isinstance(value, Decimal) else value for value in read]
    return [(value, count) for value, count in zip(plain, rows, strict=True) if value == value]


def _words(sample: pa.Array) -> float:
    """Words of a text, on average over values that are not missing."""
    words = pc.list_value_length(pc.utf8_split_whitespace(sample))
    return pc.mean(words).as_py() or 0.0
