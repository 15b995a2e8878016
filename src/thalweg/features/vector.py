"""Vectors: lists of as many numbers each, such as embeddings that another network made."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.feature import Block, Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import indicator_slot, missing_mark
from thalweg.features.refusal import says_nothing

LOOKED_AT = 50_000  # training vectors that means are learnt from, at most
NUMBERS = 4_000_000  # in memory at once for it, about
FEWEST = 64  # training vectors whose width is looked at


class VectorEncoder(Encoder):
    """A fitted vector: slot `column`, float32 (width,); `column:missing` where training had missing ones."""

    shift: tuple[float, ...]
    scale: tuple[float, ...]
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        vector = Slot(name=self.column, block="vector", shape=(len(self.shift),))
        return (vector, indicator_slot(self.column)) if self.missing else (vector,)

    def encode(self, values: pa.Array) -> Encoded:
        width = len(self.shift)
        missing = values.is_null().to_numpy(zero_copy_only=False)
        fits = (_lengths(values) == width) & ~missing
        found = np.zeros((len(values), width), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            x = _floats(values.filter(pa.array(fits))).reshape(-1, width)
            found[fits] = (x - np.array(self.shift)) / np.array(self.scale)
        sound = np.isfinite(found).all(axis=1)
        found[~sound] = 0.0
        bad = ~sound | ~(fits | missing)
        arrays = {self.column: found}
        if self.missing:
            arrays[f"{self.column}:missing"] = missing.astype(np.float32)
        why = f"is not a list of {width} finite numbers"
        return Encoded(arrays, missing_mark(missing, self.missing), bad if bad.any() else None, why)


class Vector(Feature):
    """A column of lists of as many numbers each. `{vector: embedding}`

    Each place is standardised by the training rows, at most 50,000 of them. A list of another length, or with a number
    that is missing or infinite, sends its row to quarantine; a missing list is the mean, and counted. `auto` takes
    arrays of a declared length, such as FLOAT[384]; other lists are read as vectors where this kind is named.
    """

    kind: ClassVar[str] = "vector"
    encoder: ClassVar[type[Encoder]] = VectorEncoder
    preference: ClassVar[int] = 12
    blocks: ClassVar[tuple[Block, ...]] = ("vector", "numbers")

    scale: Literal["standard", "none"] = "standard"
    """`standard`: mean 0, deviation 1 in each place. `none`: as is."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="embedding")

    @classmethod
    def accepts(cls, type: str) -> bool:
        inner = types.element(type)
        return inner is not None and types.is_number(inner)

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        return "holds lists of any length, not vectors" if column.type.endswith("[]") else None

    def fit(self, column: TrainingColumn) -> VectorEncoder:
        self.check(column)
        few = column.some(FEWEST).drop_null()
        widths = sorted(set(_lengths(few).tolist()))
        if len(widths) != 1 or widths[0] == 0:
            found = f"{widths[0]} to {widths[-1]}" if widths else "none"
            raise DataError(
                f"column {column.name!r}: expected lists of one length, found {found} numbers",
                hint=f"read it as another kind: {{series: {column.name}}} or {{set: {column.name}}}",
            )
        x = self._rows(column, widths[0])
        return VectorEncoder(
            column=column.name, type=column.type, **self._moments(x), missing=column.nulls > 0
        )

    def _rows(self, column: TrainingColumn, width: int) -> np.ndarray:
        """Sound training vectors (n, width), so many that they fit in memory."""
        some = column.some(int(np.clip(NUMBERS // width, FEWEST, LOOKED_AT))).drop_null()
        x = _floats(some.filter(pa.array(_lengths(some) == width))).reshape(-1, width)
        sound = x[np.isfinite(x).all(axis=1)]
        if not len(sound):
            raise DataError(
                f"column {column.name!r} has no vector of finite numbers in the training rows looked at"
            )
        return sound

    def _moments(self, x: np.ndarray) -> dict[str, tuple[float, ...]]:
        width = x.shape[1]
        if self.scale == "none":
            return {"shift": (0.0,) * width, "scale": (1.0,) * width}
        deviation = x.std(axis=0)
        return {
            "shift": tuple(x.mean(axis=0).tolist()),
            "scale": tuple(np.where(deviation > 0, deviation, 1.0).tolist()),
        }


def _lengths(values: pa.Array) -> np.ndarray:
    """Numbers of each list (B,), 0 of NULL."""
    return pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)


def _floats(lists: pa.Array) -> np.ndarray:
    """All numbers of some lists as float64, NaN where one is missing."""
    cast = pc.cast(lists.flatten(), pa.float64(), safe=False)
    return cast.fill_null(float("nan")).to_numpy(zero_copy_only=False)
