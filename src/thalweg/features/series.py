"""Series: the latest steps of a list of numbers, or of several numbers a step."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.feature import Block, Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import missing_mark
from thalweg.features.refusal import says_nothing
from thalweg.features.scaling import Linear, standard

LONGEST = 512  # steps that `auto` takes of a series
COVERED = 95  # percent of training series that `auto` takes whole
FEWEST, MOST = 64, 50_000  # training series that are looked at
NUMBERS = 4_000_000  # in memory at once for it, about
LARGEST = 1e30  # of numbers that are standardised


class SeriesEncoder(Encoder):
    """A fitted series: slot `column`, float32 (steps, channels + 1), the latest step last, room at the front.

    The last channel is 1 where there is a step. A step without a value has the mean of the training rows: 0.
    """

    length: int
    scaling: tuple[Linear, ...]
    """Of each channel."""
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return (Slot(name=self.column, block="series", shape=(self.length, len(self.scaling) + 1)),)

    def encode(self, values: pa.Array) -> Encoded:
        lengths, steps = unrolled(values)
        row = np.repeat(np.arange(len(lengths)), lengths)
        back = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(steps))  # 1 for the latest step
        kept = back <= self.length
        row, place, steps = row[kept], self.length - back[kept], steps[kept]
        scaled = self._scaled(steps)
        gaps = np.isnan(steps)
        sound = gaps | (np.isfinite(steps) & np.isfinite(scaled))
        tensor = np.zeros((len(lengths), self.length, len(self.scaling) + 1), np.float32)
        tensor[row, place, :-1] = np.where(gaps | ~sound, 0.0, scaled)
        tensor[row, place, -1] = 1.0
        bad = _any(row, ~sound, len(lengths))
        missing = values.is_null().to_numpy(zero_copy_only=False)
        marks = {
            "empty": (lengths == 0) & ~missing,
            "cut": lengths > self.length,
            "gaps": _any(row, gaps, len(lengths)),
        }
        return Encoded(
            {self.column: tensor},
            missing_mark(missing, self.missing) | marks,
            bad if bad.any() else None,
            "holds a number that is infinite or too large",
        )

    def _scaled(self, steps: np.ndarray) -> np.ndarray:
        """Steps (S, C) in encoded units, float32, infinite where they are too large for it."""
        with np.errstate(over="ignore"):
            columns = [each.apply(steps[:, place]) for place, each in enumerate(self.scaling)]
            return np.stack(columns, axis=1).astype(np.float32)


class Series(Feature):
    """A column of lists of numbers, or of lists of structures of numbers: a value, or several, for each step.

    `{series: past}` or `{column: past, kind: series, length: 96}`. The latest steps are taken; of longer series the
    older ones are cut, and the series counted. Each channel is standardised by the training rows, at most 50,000 of
    them. A step without a value, NULL or NaN, gets the mean, and its series is counted; so is a series without steps.
    An infinite number sends its row to quarantine.
    """

    kind: ClassVar[str] = "series"
    encoder: ClassVar[type[Encoder]] = SeriesEncoder
    preference: ClassVar[int] = 10
    blocks: ClassVar[tuple[Block, ...]] = ("series",)

    length: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Steps taken of a series; `auto`: so many that 95 of 100 series are whole, 512 at most."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="past")

    @classmethod
    def accepts(cls, type: str) -> bool:
        inner = types.element(type)
        if inner is None:
            return False
        channels = types.fields(inner)
        return all(map(types.is_number, channels.values())) if channels else types.is_number(inner)

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        lengths, _ = unrolled(column.some(FEWEST))
        return None if (lengths > 1).any() else "holds no series: no list has more than one step"

    def fit(self, column: TrainingColumn) -> SeriesEncoder:
        self.check(column)
        lengths, steps = unrolled(_looked_at(column))
        return SeriesEncoder(
            column=column.name,
            type=column.type,
            length=self._length(lengths[lengths > 0]),
            scaling=tuple(_scaling(channel, column.name) for channel in steps.T),
            missing=column.nulls > 0,
        )

    def _length(self, lengths: np.ndarray) -> int:
        """As many steps as were asked for, or as most series have."""
        if self.length != "auto":
            return self.length
        return int(np.clip(np.ceil(np.percentile(lengths, COVERED)), 1, LONGEST))


def unrolled(values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The number of steps of each list (B,), 0 of NULL, and all their steps (S, C), NaN where one is missing."""
    if pa.types.is_null(values.type):
        return np.zeros(len(values), np.int64), np.zeros((0, 1))
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    steps = values.flatten()
    parts = steps.flatten() if pa.types.is_struct(steps.type) else [steps]
    return lengths, np.stack([_floats(part) for part in parts], axis=1)


def _floats(values: pa.Array) -> np.ndarray:
    cast = pc.cast(values, pa.float64(), safe=False)
    return cast.fill_null(float("nan")).to_numpy(zero_copy_only=False)


def _looked_at(column: TrainingColumn) -> pa.Array:
    """So many series that their numbers fit in memory."""
    few = column.some(FEWEST)
    numbers = unrolled(few)[1].size
    wanted = int(np.clip(NUMBERS * len(few) // max(1, numbers), FEWEST, MOST))
    return column.some(wanted) if wanted > FEWEST else few


def _scaling(x: np.ndarray, name: str) -> Linear:
    """To mean 0 and deviation 1 over the values of a channel. Raises DataError where there are none, or too large."""
    known = x[np.isfinite(x)]
    if not len(known):
        raise DataError(
            f"column {name!r} has a channel without any finite number in the training rows looked at",
            hint="leave the column out under model: exclude, or choose channels with values in an earlier step",
        )
    if np.abs(known).max() > LARGEST:
        raise DataError(
            f"column {name!r} holds numbers as large as {np.abs(known).max():.3g}: too large to standardise",
            hint=f"numbers up to {LARGEST:.0e} can be: divide them before they become a series",
        )
    return standard(known, name)


def _any(row: np.ndarray, marks: np.ndarray, rows: int) -> np.ndarray:
    """Whether any step (S, C) of a row is marked (B,)."""
    found = np.zeros(rows, bool)
    found[row[marks.any(axis=1)]] = True
    return found
