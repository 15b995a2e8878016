"""One part of a date in one form: a number, a point on a circle, or a category."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from thalweg.features.calendar import ABSOLUTE, CYCLES, NAMES, Part, on_circle, part
from thalweg.features.feature import Slot
from thalweg.features.lookup import Lookup
from thalweg.features.scaling import Linear

Form = Literal["number", "cyclic", "category"]


class PartEncoder(BaseModel):
    """One part of a date in one form. Arrays are (B,); `known` is false where the date is missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    part: Part
    form: Form
    scaling: Linear | None = None
    bins: tuple[float, ...] | None = None
    values: tuple[int, ...] = ()
    missing: bool = False

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        absolute = self.part in ABSOLUTE
        if self.form == "cyclic":
            waves = (f"{self.name}:sin", f"{self.name}:cos")
            return tuple(Slot(name=wave, block="numbers", absolute=absolute) for wave in waves)
        if self.form == "number":
            return (Slot(name=self.name, block="numbers", bins=self.bins, absolute=absolute),)
        count = self._first + len(self.values)
        again = self.part in NAMES
        return (Slot(name=self.name, block="categories", cardinality=count, absolute=absolute, again=again),)

    @property
    def _first(self) -> int:
        return 2 if self.missing else 1

    def encode(self, moments: np.ndarray, known: np.ndarray) -> list[np.ndarray]:
        """An array for each slot."""
        value = part(self.part, moments)
        if self.form == "cyclic":
            step = value - CYCLES[self.part].low
            return [np.where(known, wave[step], np.float32(0)) for wave in on_circle(self.part)]
        if self.form == "number":
            assert self.scaling is not None
            return [np.where(known, self.scaling.apply(value), 0.0).astype(np.float32)]
        place = self._lookup.find(value)
        index = np.where(place < 0, 0, place + self._first)
        return [np.where(known, index, 1 if self.missing else 0).astype(np.int32)]

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.values)
