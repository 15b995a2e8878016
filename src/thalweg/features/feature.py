"""A column turned into tensors, by an encoder that training, batch prediction and the server share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from thalweg.core.component import Component
from thalweg.core.errors import DataError

Block = Literal["numbers", "categories", "tokens", "set", "image", "series", "vector"]
PACKED: tuple[Block, ...] = ("numbers", "categories")  # blocks in which all slots stand side by side


@dataclass(frozen=True)
class TrainingColumn:
    """What may be known of a column when an encoder is fitted: its training rows, and nothing else.

    `sample` holds the values of all training rows, or of 500,000 chosen by a hash of the row where there are
    more, in an order that does not depend on the machine. `rows`, `nulls` and `distinct` count all training
    rows (`distinct` leaves NULL out). `counts(n)` gives the n most frequent values with their rows over all
    training rows, most frequent first, ties by value. `some(n)` gives n values chosen by a hash of the row, of
    whatever type: bytes have no sample.
    """

    name: str
    type: str
    rows: int
    nulls: int
    distinct: int
    sample: pa.Array
    counts: Callable[[int], list[tuple[Any, int]]]
    some: Callable[[int], pa.Array] = pa.nulls


class Slot(BaseModel):
    """One column of a packed block of tensors, or a tensor of its own.

    Block `numbers` is float32, about standardised. Block `categories` is int32 in [0, cardinality); 0 stands
    for rare and unseen values, and for missing ones where training had none; where it had some, missing is 1.

    The other blocks are tensors (B, *shape) of one slot each: `tokens` int32 (L,) in [0, cardinality), 0 after the
    end; `set` int32 (S,), the same without an order; `image` uint8 (channels, height, width); `series` float32
    (steps, channels), of which the last channel is 1 where there is a step and 0 before the first; `vector`
    float32 (width,).
    """

    model_config = ConfigDict(frozen=True)

    name: str
    block: Block
    cardinality: int | None = None
    """Of a category: how many values, the one for unknown included."""
    bins: tuple[float, ...] | None = None
    """Of a number: at least two rising edges of bins of the training rows, in encoded units, for
    piecewise-linear embedding. None where the number is to be taken as it is, such as a sine."""
    absolute: bool = False
    """Of a date: whether it tells the time itself or the season, and not only the hour or weekday, so that
    tomorrow's value may be one that training never saw."""
    again: bool = False
    """Whether another slot holds the same values as numbers already: a second form for networks, of no use to trees."""
    shape: tuple[int, ...] = ()
    """Of a tensor of its own: what a row has."""

    @property
    def packed(self) -> bool:
        """Whether it stands side by side with others."""
        return self.block in PACKED

    @property
    def key(self) -> str:
        """The name of its tensor in a batch."""
        return self.block if self.packed else f"{self.block}:{self.name}"


@dataclass(frozen=True)
class Encoded:
    """A batch of one column: an array (B,) or (B, *shape) for each slot, and marks (B,) of what had to be replaced.

    `bad` marks rows whose value can't be encoded at all (quarantined in training, refused in prediction),
    with the reason in `why`. `marks` has keys such as `missing`, `unseen`, `rare`.
    """

    slots: dict[str, np.ndarray]
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    bad: np.ndarray | None = None
    why: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many values have each mark that there is."""
        rows = {name: int(np.count_nonzero(mark)) for name, mark in self.marks.items()}
        return {name: count for name, count in rows.items() if count}

    def take(self, places: np.ndarray) -> Encoded:
        """The rows at `places` (n,), each of which there is."""
        slots = {name: values.take(places, axis=0, mode="clip") for name, values in self.slots.items()}
        marks = {name: mark.take(places, mode="clip") for name, mark in self.marks.items()}
        return Encoded(slots, marks, None if self.bad is None else self.bad.take(places), self.why)


class Encoder(BaseModel, ABC):
    """A fitted feature: plain numbers and names that survive as JSON, and a pure function of values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    type: str
    """The SQL type the column had in training."""

    @property
    @abstractmethod
    def slots(self) -> tuple[Slot, ...]:
        """The columns of the packed blocks that this feature fills."""

    @abstractmethod
    def encode(self, values: pa.Array) -> Encoded:
        """Encode a batch. The same value gives the same bits, whatever stands beside it in the batch."""


class Feature(Component, ABC):
    """How one column becomes input of a network."""

    column: str

    preference: ClassVar[int] = 0
    """Among kinds that accept a column and do not refuse it, `auto` takes the one most preferred."""

    blocks: ClassVar[tuple[Block, ...]] = PACKED
    """The blocks that its slots may be of. Every network reads the packed ones."""

    encoder: ClassVar[type[Encoder]]
    """The class of what `fit` gives, to read it back from JSON."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """`{number: temp}`: the column's name alone."""
        return {"column": value} if isinstance(value, str) else value

    @classmethod
    @abstractmethod
    def accepts(cls, type: str) -> bool:
        """Whether a column of this SQL type can be of this kind at all."""

    @classmethod
    @abstractmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        """Why `auto` shouldn't take a column it accepts, in words for the user; None where it fits."""

    @abstractmethod
    def fit(self, column: TrainingColumn) -> Encoder:
        """Learn from the training rows. Raises DataError where the type is wrong or nothing can be learnt."""

    def check(self, column: TrainingColumn) -> None:
        """Raise DataError unless a column has a type this kind accepts, and values."""
        if not self.accepts(column.type):
            raise DataError(
                f"column {column.name!r} can't be read as a {self.kind}: it is {column.type}",
                hint=f"choose another kind for it under model.inputs, or change its type with: clean: "
                f"{{types: {{{column.name}: …}}}}",
            )
        if column.nulls == column.rows:
            raise DataError(
                f"column {column.name!r} has no values in the {column.rows:,} training rows",
                hint=f"leave it out with: model: {{exclude: [{column.name}]}}",
            )
