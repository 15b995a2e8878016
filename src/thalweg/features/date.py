"""Days and points in time: how long ago, and where in the day, the week and the year."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Self, get_args
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, ValidationInfo, field_validator

from thalweg.core.errors import ComponentError, DataError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import types
from thalweg.features.bins import bin_edges
from thalweg.features.calendar import CYCLES, FIRST, LAST, NAMES, Part, part
from thalweg.features.conform import conform
from thalweg.features.date_part import Form, PartEncoder
from thalweg.features.feature import Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import indicator_slot, missing_mark
from thalweg.features.refusal import says_nothing
from thalweg.features.scaling import standard

MOST_NAMES = 100_000  # days or moments with an index of their own


class DateEncoder(Encoder):
    """A fitted date: the slots of its parts, and `column:missing` where training rows had missing values."""

    parts: tuple[PartEncoder, ...]
    zone: str | None
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        slots = tuple(slot for each in self.parts for slot in each.slots)
        return (*slots, indicator_slot(self.column)) if self.missing else slots

    def encode(self, values: pa.Array) -> Encoded:
        moments, missing, bad = as_moments(values, self.zone)
        arrays: dict[str, np.ndarray] = {}
        for each in self.parts:
            encoded = each.encode(moments, ~missing)
            arrays.update(zip((slot.name for slot in each.slots), encoded, strict=True))
        if self.missing:
            arrays[f"{self.column}:missing"] = missing.astype(np.float32)
        marks = missing_mark(missing, self.missing)
        return Encoded(arrays, marks, bad if bad.any() else None, "is not in the years 1 to 9999")


class Date(Feature):
    """A column of days or points in time as its parts: how long ago, and where in the day, week and year.

    Parts that are the same in all training rows are left out. Points in time with a zone are read in UTC,
    unless `zone` says where the clock hangs. A row with a date outside the years 1 to 9999 is quarantined.
    """

    kind: ClassVar[str] = "date"
    encoder: ClassVar[type[Encoder]] = DateEncoder
    preference: ClassVar[int] = 30

    parts: tuple[Part, ...] = ("elapsed", "month", "weekday", "yearday", "hour", "minute", "date", "moment")
    """What to take of a date. `elapsed`: days, with fractions; Monday is weekday 0. `date` and `moment`: the very
    day and point in time as names, so that what went on then can be learnt; left out where they hardly repeat."""
    form: tuple[Form, ...] = ("number", "cyclic")
    """How parts that come round again are given: as a `number` with bins, `cyclic` as sine and cosine, or as
    a `category`; or several of these. `elapsed` and `year` are always numbers."""
    min_count: int = Field(default=5, ge=1)
    """Training rows that a `date` or `moment` needs to get an index of its own."""
    zone: str | None = None
    """The time zone whose clock and calendar are read, such as `America/New_York`."""
    bins: int = Field(default=48, ge=0, le=65_536)
    """Bins for networks with piecewise-linear embeddings, at most; of fewer values, each is an edge."""

    @field_validator("parts", "form", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any, about: ValidationInfo) -> Any:
        names = (given,) if isinstance(given, str) else given
        known = get_args(Part if about.field_name == "parts" else Form)
        for name in names if isinstance(names, (list, tuple)) else ():
            if name not in known:
                raise ComponentError(f"unknown {about.field_name} {name!r}; {did_you_mean(str(name), known)}")
        return names

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        known = available_timezones()
        if zone is not None and zone not in known:
            raise ComponentError(f"there is no time zone {zone!r}; {did_you_mean(zone, known)}")
        return zone

    @classmethod
    def example(cls) -> Self:
        return cls(column="departure")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.is_moment(type)

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        return says_nothing(column)

    def fit(self, column: TrainingColumn) -> DateEncoder:
        self.check(column)
        if self.zone and types.family(column.type) == "date":
            raise DataError(f"column {column.name!r} holds days, which have no zone", hint="leave `zone` out")
        moments, missing, bad = as_moments(conform(column.name, column.sample, column.type), self.zone)
        moments = moments[~missing & ~bad]
        if len(moments) == 0:
            raise DataError(f"column {column.name!r} has no date in the years 1 to 9999 in the training rows")
        varying: list[Part] = [name for name in self.parts if np.ptp(part(name, moments)) > 0]
        if not varying:
            asked = ", ".join(self.parts)
            raise DataError(f"column {column.name!r}: {asked} are the same in all training rows")
        encoders = [
            each
            for name in varying
            for form in self._forms(name)
            if (each := self._part(column, name, form, moments)) is not None
        ]
        return DateEncoder(
            column=column.name,
            type=column.type,
            parts=tuple(encoders),
            zone=self.zone,
            missing=column.nulls > 0,
        )

    def _forms(self, name: Part) -> tuple[Form, ...]:
        if name in NAMES:
            return ("category",)
        return self.form if name in CYCLES else ("number",)

    def _part(
        self, column: TrainingColumn, name: Part, form: Form, moments: np.ndarray
    ) -> PartEncoder | None:
        values = part(name, moments)
        slot = f"{column.name}:{name}"
        if form == "cyclic":
            return PartEncoder(name=slot, part=name, form=form)
        if form == "category":
            seen = self._names(name, values)
            if not seen:
                return None
            return PartEncoder(
                name=f"{slot}:category", part=name, form=form, values=seen, missing=column.nulls > 0
            )
        scaling = standard(values, column.name)
        bins = bin_edges(scaling.apply(values).astype(np.float32), self.bins)
        return PartEncoder(name=slot, part=name, form=form, scaling=scaling, bins=bins)

    def _names(self, name: Part, values: np.ndarray) -> tuple[int, ...]:
        """The values with an index of their own: all of a cycle, the frequent ones of days and moments."""
        known, rows = np.unique(values, return_counts=True)
        if name in NAMES:
            known = known[rows >= self.min_count]
        return tuple(known[:MOST_NAMES].tolist())


def as_moments(values: pa.Array, zone: str | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Microseconds since 1970 on the zone's clock (B,), and masks (B,) of missing and impossible moments."""
    missing = values.is_null().to_numpy(zero_copy_only=False)
    moments = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    bad = (moments < FIRST) | (moments >= LAST)
    moments = np.where(bad, 0, moments)
    if zone:
        local = pc.local_timestamp(pa.array(moments).cast(pa.timestamp("us", tz=zone)))
        moments = local.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return moments, missing, bad
