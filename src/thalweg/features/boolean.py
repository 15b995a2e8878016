"""True and false as 1 and 0."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from thalweg.engines import types
from thalweg.features.feature import Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import indicator_slot, missing_mark
from thalweg.features.refusal import says_nothing


class BooleanEncoder(Encoder):
    """A fitted boolean: slot `column`, and `column:missing` where training rows had missing values."""

    missing: bool
    fill: float
    """What stands for a missing value: the share of true among the training rows."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        truth = Slot(name=self.column, block="numbers", bins=(0.0, 1.0))
        return (truth, indicator_slot(self.column)) if self.missing else (truth,)

    def encode(self, values: pa.Array) -> Encoded:
        missing = values.is_null().to_numpy(zero_copy_only=False)
        encoded = values.fill_null(False).to_numpy(zero_copy_only=False).astype(np.float32)
        encoded[missing] = self.fill
        arrays = {self.column: encoded}
        if self.missing:
            arrays[f"{self.column}:missing"] = missing.astype(np.float32)
        return Encoded(arrays, missing_mark(missing, self.missing))


class Boolean(Feature):
    """A column of true and false as 1 and 0; a missing value as the share of true, and told apart."""

    kind: ClassVar[str] = "boolean"
    encoder: ClassVar[type[Encoder]] = BooleanEncoder
    preference: ClassVar[int] = 30

    @classmethod
    def example(cls) -> Self:
        return cls(column="delayed")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.family(type) == "boolean"

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        return says_nothing(column)

    def fit(self, column: TrainingColumn) -> BooleanEncoder:
        self.check(column)
        truth = column.sample.drop_null().to_numpy(zero_copy_only=False)
        share = np.count_nonzero(truth) / len(truth)
        return BooleanEncoder(
            column=column.name,
            type=column.type,
            missing=column.nulls > 0,
            fill=float(np.float32(share)),
        )
