"""Sets: lists of names or whole numbers, such as genres or products of a basket, in no order."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.feature import Block, Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import missing_mark
from thalweg.features.refusal import says_nothing

LOOKED_AT = 500_000  # training rows whose members are counted, at most
LARGEST, COVERED = 256, 99  # members that `auto` takes of a set, and percent of sets that are whole then
MISSING, FIRST = 1, 2  # what stands for no set, and for the most frequent member

Member = bool | int | str


class SetEncoder(Encoder):
    """A fitted set: slot `column`, int32 (size,), the indexes of its members, rising, 0 after the last.

    1 stands for a missing set, the highest index for all members that are unknown or rare. A member counts once.
    """

    members: tuple[Member, ...]
    """Those with an index of their own, the most frequent first."""
    size: int
    separator: str | None = None
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        cardinality = self._unknown + 1
        return (Slot(name=self.column, block="set", shape=(self.size,), cardinality=cardinality),)

    @property
    def _unknown(self) -> int:
        return FIRST + len(self.members)

    @cached_property
    def _index(self) -> dict[Member, int]:
        return {member: place + FIRST for place, member in enumerate(self.members)}

    def encode(self, values: pa.Array) -> Encoded:
        found = np.zeros((len(values), self.size), np.int32)
        marks = {name: np.zeros(len(values), bool) for name in ("empty", "cut", "unseen")}
        for row, members in enumerate(listed(values, self.separator).to_pylist()):
            if members is None:
                found[row, 0] = MISSING
                continue
            codes = sorted({self._index.get(each, self._unknown) for each in members if each is not None})
            marks["empty"][row] = not codes
            marks["unseen"][row] = codes[-1:] == [self._unknown]
            marks["cut"][row] = len(codes) > self.size
            taken = codes[: self.size]
            found[row, : len(taken)] = taken
        missing = values.is_null().to_numpy(zero_copy_only=False)
        return Encoded({self.column: found}, missing_mark(missing, self.missing) | marks)


class Set(Feature):
    """A column of lists of names or whole numbers, or of texts split by a separator. `{set: genres}`

        {column: genres, kind: set, separator: "|"}

    Members get an index where at least `min_count` of 500,000 training rows have them. Of sets with more than `size`
    members the most frequent stay, and the set is counted. `auto` takes lists of texts.
    """

    kind: ClassVar[str] = "set"
    encoder: ClassVar[type[Encoder]] = SetEncoder
    preference: ClassVar[int] = 8
    blocks: ClassVar[tuple[Block, ...]] = ("set",)

    separator: Annotated[str, Field(min_length=1)] | None = None
    """What stands between the members of a text; space around them is taken off."""
    min_count: Annotated[int, Field(ge=1)] = 2
    """Training rows a member needs to get an index of its own."""
    limit: Annotated[int, Field(ge=1)] = 50_000
    """Members with an index of their own, at most: the most frequent."""
    size: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Members taken of a set; `auto`: so many that 99 of 100 sets are whole, 256 at most."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="genres")

    @classmethod
    def accepts(cls, type: str) -> bool:
        inner = types.element(type)
        return types.family(inner or type) in (("text", "integer", "boolean") if inner else ("text",))

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        inner = types.element(column.type)
        if inner is None:
            return "holds texts: name what separates members, {column: …, kind: set, separator: …}"
        return None if types.family(inner) == "text" else "holds lists of numbers, which may be in an order"

    def fit(self, column: TrainingColumn) -> SetEncoder:
        self.check(column)
        if types.element(column.type) is None and self.separator is None:
            raise DataError(
                f"column {column.name!r} holds texts, and nothing says what separates their members",
                hint=f"such as: {{column: {column.name}, kind: set, separator: ','}}",
            )
        sets = listed(column.some(LOOKED_AT), self.separator).drop_null()
        counts, lengths = Counter[Member](), Counter[int]()
        for members in sets:
            different = {each for each in members.as_py() if each is not None}
            counts.update(different)
            lengths[len(different)] += 1
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: self.limit]
        own = tuple(member for member, rows in ranked if rows >= self.min_count)
        if not own:
            raise DataError(
                f"column {column.name!r} has no member that {self.min_count} training rows have",
                hint=f"ask for fewer: {{column: {column.name}, kind: set, min_count: 1}}",
            )
        return SetEncoder(
            column=column.name,
            type=column.type,
            members=own,
            size=self._size(lengths),
            separator=self.separator,
            missing=column.nulls > 0,
        )

    def _size(self, lengths: Counter[int]) -> int:
        """As many members as were asked for, or as most sets have."""
        if self.size != "auto":
            return self.size
        most = np.percentile(np.fromiter(lengths.elements(), np.int64), COVERED, method="higher")
        return int(np.clip(most, 1, LARGEST))


def listed(values: pa.Array, separator: str | None) -> pa.Array:
    """Lists as they are; texts as the lists of their members, of which none is empty."""
    if separator is None or pa.types.is_nested(values.type):
        return values
    parts = [
        None if text is None else [part.strip() for part in text.split(separator) if part.strip()]
        for text in values.to_pylist()
    ]
    return pa.array(parts, pa.list_(pa.string()))
