"""Parts of a moment that come round again, and how long it is since another."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

Part = Literal["elapsed", "year", "month", "day", "weekday", "yearday", "hour", "minute", "date", "moment"]

SECOND = 1_000_000  # microseconds
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
FIRST, LAST = -719_162 * DAY, 2_932_897 * DAY  # from 0001-01-01, before 10000-01-01


class Cycle(NamedTuple):
    """Whole numbers from `low`, `length` of them, after which they begin again."""

    low: int
    length: int


CYCLES: dict[Part, Cycle] = {
    "month": Cycle(1, 12),
    "day": Cycle(1, 31),
    "weekday": Cycle(0, 7),  # Monday is 0
    "yearday": Cycle(1, 366),
    "hour": Cycle(0, 24),
    "minute": Cycle(0, 60),
}

NAMES: frozenset[Part] = frozenset(
    {"date", "moment"}
)  # a day, a point in time: each a name for what happened then
ABSOLUTE: frozenset[Part] = frozenset(
    {"elapsed", "year", "month", "yearday", *NAMES}
)  # tomorrow's may be new


def part(name: Part, moments: np.ndarray) -> np.ndarray:
    """One part (B,) of moments (B,) in microseconds since 1970: int64, and float64 days for `elapsed`."""
    return READ[name](moments)


@cache
def on_circle(name: Part) -> tuple[np.ndarray, np.ndarray]:
    """Sine and cosine of each value of a part, looked up so that every machine gives the same bits."""
    angles = [2 * math.pi * step / CYCLES[name].length for step in range(CYCLES[name].length)]
    sines, cosines = ([wave(angle) for angle in angles] for wave in (math.sin, math.cos))
    return np.array(sines, np.float32), np.array(cosines, np.float32)


def _year(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _month(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(np.int64) % 12 + 1


def _day(days: np.ndarray) -> np.ndarray:
    return _since(days, days.astype("datetime64[M]"))


def _yearday(days: np.ndarray) -> np.ndarray:
    return _since(days, days.astype("datetime64[Y]"))


def _since(days: np.ndarray, start: np.ndarray) -> np.ndarray:
    return (days - start.astype("datetime64[D]")).astype(np.int64) + 1


def _of_day(read: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Read a part of moments from their days, each day of a batch once where the days are close together."""

    def read_moments(moments: np.ndarray) -> np.ndarray:
        days = moments // DAY
        if len(days) == 0 or np.ptp(days) >= len(days):
            return read(days.astype("datetime64[D]"))
        first = days.min()
        every = np.arange(first, days.max() + 1).astype("datetime64[D]")
        return read(every)[days - first]

    return read_moments


READ: dict[Part, Callable[[np.ndarray], np.ndarray]] = {
    "elapsed": lambda moments: moments / DAY,
    "year": _of_day(_year),
    "month": _of_day(_month),
    "day": _of_day(_day),
    "weekday": lambda moments: (moments // DAY + 3) % 7,
    "yearday": _of_day(_yearday),
    "hour": lambda moments: moments % DAY // HOUR,
    "minute": lambda moments: moments % HOUR // MINUTE,
    "date": lambda moments: moments // DAY,
    "moment": lambda moments: moments,
}
