"""Numbers: standardised or brought to a normal distribution, with bins for piecewise-linear embedding."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, FiniteFloat

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.bins import bin_edges
from thalweg.features.feature import Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import indicator_slot, missing_mark
from thalweg.features.lookup import Lookup
from thalweg.features.refusal import says_nothing
from thalweg.features.scaling import Linear, Normal, quantile, standard

ROW_NUMBERS = 4  # times their count: different whole numbers that span less than this number the rows
ROWS_A_NAME, FEWEST_NAMES, MOST_NAMES, MIN_COUNT = 20, 2, 100_000, 5  # whole numbers that are names besides
EXACT = 2**53  # whole numbers up to this are told apart as floats
FEWEST = 50  # rows, below which nothing is called a row number


class NumberEncoder(Encoder):
    """A fitted number: slot `column`, `column:missing` where `indicator` is set, `column:value` for `names`."""

    scaling: Linear | Normal
    fill: float
    """What stands for a missing value, in encoded units."""
    missing: bool
    """Whether training rows had missing values."""
    indicator: bool
    bins: tuple[float, ...] | None
    names: tuple[int, ...] = ()
    """Whole numbers that have an index of their own besides, rising."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        number = Slot(name=self.column, block="numbers", bins=self.bins)
        told = (indicator_slot(self.column),) if self.indicator else ()
        return (number, *told, self._name_slot) if self.names else (number, *told)

    @property
    def _name_slot(self) -> Slot:
        cardinality = len(self.names) + 1
        return Slot(name=f"{self.column}:value", block="categories", cardinality=cardinality, again=True)

    @cached_property
    def _names_known(self) -> Lookup:
        return Lookup(self.names)

    def encode(self, values: pa.Array) -> Encoded:
        x = as_float64(values)
        encoded = scaled(self.scaling, x)
        sound = np.isfinite(x) & np.isfinite(encoded)
        missing = bad = None
        if not sound.all():  # seldom: most batches need no more than this look
            missing = np.isnan(x)
            bad = ~sound & ~missing
            encoded[missing] = self.fill
        arrays = {self.column: encoded}
        if self.indicator:
            told = np.zeros(len(x)) if missing is None else missing
            arrays[f"{self.column}:missing"] = told.astype(np.float32)
        if self.names:
            arrays[f"{self.column}:value"] = self._names_known.find(x) + 1
        marks = {} if missing is None else missing_mark(missing, self.missing)
        return Encoded(
            arrays, marks, bad if bad is not None and bad.any() else None, "is infinite or too large"
        )


class Number(Feature):
    """A column of numbers as it is: about standardised, missing values filled and told apart.

    Whole numbers, decimals and floats; also booleans, as 0 and 1. NaN counts as missing. A row with an
    infinite value is quarantined. Mean, quantiles and bins are learnt from at most 500,000 training rows.
    """

    kind: ClassVar[str] = "number"
    encoder: ClassVar[type[Encoder]] = NumberEncoder
    preference: ClassVar[int] = 20

    transform: Literal["standard", "quantile", "none"] = "standard"
    """`standard`: mean 0, deviation 1. `quantile`: normally distributed, for long tails. `none`: as is."""
    missing: Literal["indicator", "mean", "median", "mode"] | FiniteFloat = "indicator"
    """What stands for a missing value: a statistic of the training rows, or a number in the column's unit.

    `indicator` takes the mean (the median under `quantile`) and adds an input that tells missing values.
    """
    bins: int = Field(default=48, ge=0, le=65_536)
    """Bins for networks with piecewise-linear embeddings, at most; of fewer values, each is an edge."""

    names: Literal["auto"] | bool = "auto"
    """Whether each whole number is a category too, for numbers that are names such as 1545 of a flight. `auto`:
    where they repeat, 20 rows to a value on average."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="temperature")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.is_number(type) or types.family(type) == "boolean"

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        if types.family(column.type) == "integer" and _numbers_rows(column):
            return f"looks like a row number: {column.rows:,} different whole numbers, close together"
        return None

    def fit(self, column: TrainingColumn) -> NumberEncoder:
        self.check(column)
        x = as_float64(column.sample)
        known = x[np.isfinite(x)]
        if len(known) == 0:
            raise DataError(f"column {column.name!r} has no finite number in the training rows")
        scaling = self._scaling(known, column.name)
        missing = column.nulls > 0 or bool(np.isnan(x).any())
        return NumberEncoder(
            column=column.name,
            type=column.type,
            scaling=scaling,
            fill=float(scaled(scaling, np.array([self._fill(known, column)]))[0]),
            missing=missing,
            indicator=missing and self.missing == "indicator",
            bins=bin_edges(scaled(scaling, known), self.bins),
            names=self._names(known, column),
        )

    def _names(self, known: np.ndarray, column: TrainingColumn) -> tuple[int, ...]:
        """The whole numbers of the sample with an index of their own."""
        whole = types.family(column.type) == "integer"
        repeats = FEWEST_NAMES < column.distinct <= column.rows / ROWS_A_NAME
        if not whole or self.names is False or (self.names == "auto" and not repeats):
            return ()
        values, rows = np.unique(known[np.abs(known) <= EXACT], return_counts=True)
        return tuple(int(value) for value in values[rows >= MIN_COUNT][:MOST_NAMES])

    def _scaling(self, known: np.ndarray, name: str) -> Linear | Normal:
        if self.transform == "quantile":
            return quantile(known)
        return standard(known, name) if self.transform == "standard" else Linear(shift=0.0, scale=1.0)

    def _fill(self, known: np.ndarray, column: TrainingColumn) -> float:
        if isinstance(self.missing, float):
            return self.missing
        if self.missing == "mode":
            return float(column.counts(1)[0][0])
        if self.missing == "median" or (self.missing == "indicator" and self.transform == "quantile"):
            return float(np.median(known))
        return float(np.mean(known))


def as_float64(values: pa.Array) -> np.ndarray:
    """Numbers or booleans as float64 (B,), NaN where missing."""
    cast = pc.cast(values, pa.float64(), safe=False)
    return cast.fill_null(float("nan")).to_numpy(zero_copy_only=False)


def scaled(scaling: Linear | Normal, x: np.ndarray) -> np.ndarray:
    """Encoded values (B,) float32, infinite where they are too large for it."""
    with np.errstate(over="ignore"):
        return scaling.apply(x).astype(np.float32)


def _numbers_rows(column: TrainingColumn) -> bool:
    if column.rows < FEWEST or column.distinct < column.rows:
        return False
    x = as_float64(column.sample)
    return float(x.max() - x.min()) < ROW_NUMBERS * column.rows
