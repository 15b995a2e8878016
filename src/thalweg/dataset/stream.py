"""The rows of an epoch in order, a window in memory, the next one being read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np

from thalweg.dataset.order import Window

Rows = dict[str, np.ndarray]


@dataclass(frozen=True)
class Loaded:
    """The rows of a window as they lie on disk, and the order (n,) in which they are given; None: as they lie."""

    rows: Rows
    order: np.ndarray | None

    def take(self, places: np.ndarray) -> Rows:
        """Rows by their places in the order."""
        found = places if self.order is None else self.order[places]
        return {name: values.take(found, axis=0, mode="clip") for name, values in self.rows.items()}


class Stream:
    """Gathers rows by their place in the epoch, which only goes forward; `load` reads a window."""

    def __init__(self, windows: Sequence[Window], load: Callable[[Window], Loaded], ahead: Executor):
        self.windows, self.load, self.ahead = windows, load, ahead
        self._at = 0
        self._reading: dict[int, Future[Loaded]] = {}

    def take(self, places: np.ndarray) -> Rows:
        """Rows at rising places (n,) of the epoch, n > 0."""
        parts: list[Rows] = []
        while len(places):
            window = self.windows[self._at]
            inside = int(np.searchsorted(places, window.end))
            if inside:
                parts.append(self._loaded().take(places[:inside] - window.start))
                places = places[inside:]
            if len(places):
                self._reading.pop(self._at, None)
                self._at += 1
        return parts[0] if len(parts) == 1 else {n: np.concatenate([p[n] for p in parts]) for n in parts[0]}

    def _loaded(self) -> Loaded:
        """The present window; the next one begins to be read."""
        for place in (self._at, self._at + 1):
            if place < len(self.windows) and place not in self._reading:
                self._reading[place] = self.ahead.submit(self.load, self.windows[place])
        return self._reading[self._at].result()
