"""Identifiers: the frequent ones each with an index of its own, all others hashed into a budget."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.engines import types
from thalweg.engines.hashing import digest_of
from thalweg.features.conform import conform
from thalweg.features.feature import Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import missing_mark
from thalweg.features.refusal import says_nothing

DIGITS = 15  # hexadecimal digits of a digest that a bucket is told by
SEED = 0  # of the hash: an encoder gives the same index on every machine

Value = int | float | str


class IdentifierEncoder(Encoder):
    """A fitted identifier: one slot; 0 and 1 for missing ones, then those of `values`, then the buckets."""

    values: tuple[Value, ...]
    """Those with an index of their own, the most frequent first."""
    buckets: int
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return (Slot(name=self.column, block="categories", cardinality=self._shared + self.buckets),)

    @property
    def _first(self) -> int:
        return 2 if self.missing else 1

    @property
    def _shared(self) -> int:
        """The index of the first bucket."""
        return self._first + len(self.values)

    @cached_property
    def _index(self) -> dict[Value, int]:
        return {value: place + self._first for place, value in enumerate(self.values)}

    def encode(self, values: pa.Array) -> Encoded:
        found = values.dictionary_encode()
        own = np.array([self._of(plain(each)) for each in found.dictionary.to_pylist()] + [0], np.int32)
        index = own.take(found.indices.fill_null(len(own) - 1).to_numpy(zero_copy_only=False))
        missing = index == 0
        if self.missing:
            index[missing] = 1
        marks = missing_mark(missing, self.missing) | {"hashed": index >= self._shared}
        return Encoded({self.column: index}, marks)

    def _of(self, value: Value | None) -> int:
        """The index of a value; 0 of none."""
        if value is None:
            return 0
        known = self._index.get(value)
        if known is not None:
            return known
        return self._shared + int(digest_of([str(value)], SEED)[:DIGITS], 16) % self.buckets


class Identifier(Feature):
    """A column with very many different names or numbers, such as of users or products. `{identifier: user_id}`

    The most frequent have an index of their own, as in a category. All others, those never seen included, share
    `buckets` indexes by a hash (Weinberger et al., Feature Hashing, 2009): most of them stay told apart, and what the
    network learns does not grow. `auto` never takes a column as one, for most identifiers say nothing of new rows.
    """

    kind: ClassVar[str] = "identifier"
    encoder: ClassVar[type[Encoder]] = IdentifierEncoder

    min_count: Annotated[int, Field(ge=1)] = 5
    """Training rows a value needs to get an index of its own."""
    limit: Annotated[int, Field(ge=0)] = 50_000
    """Values with an index of their own, at most: the most frequent."""
    buckets: Annotated[int, Field(ge=1, le=2**24)] = 16_384
    """Indexes that all other values share."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="user_id")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.family(type) in ("text", "integer")

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        return says_nothing(column) or "is read as an identifier only where it is named as one"

    def fit(self, column: TrainingColumn) -> IdentifierEncoder:
        self.check(column)
        counted = [(value, rows) for value, rows in column.counts(self.limit) if rows >= self.min_count]
        own = pa.array([value for value, _ in counted], column.sample.type)
        read = conform(column.name, own, column.type).to_pylist()
        return IdentifierEncoder(
            column=column.name,
            type=column.type,
            values=tuple(value for each in read if (value := plain(each)) is not None),
            buckets=self.buckets,
            missing=column.nulls > 0,
        )


def plain(value: Any) -> Value | None:
    """A value by which equal ones are equal and written alike: whole numbers as such, NaN as missing."""
    if value is None or isinstance(value, str):
        return value
    if value != value:
        return None
    return int(value) if value == value // 1 else float(value)
