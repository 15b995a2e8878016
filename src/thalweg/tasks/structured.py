"""Outputs of which a row holds many values: each is judged once, and summed as often as needed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from thalweg.tasks.task import Target


class StructuredTarget(Target):
    """A target whose `y` and `p` are (B, …): labels, a path of values, tags, boxes, a map of classes."""

    @abstractmethod
    def facts(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        """What each row adds to the metrics, (B, S) float64: hits and misses, squared errors, scores of boxes."""

    @abstractmethod
    def score(self, facts: np.ndarray, weight: np.ndarray | None = None) -> dict[str, float]:
        """The metrics of rows with these facts (B, S), `weight` (B,) counting rows more than once or not at all."""

    def metrics(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> dict[str, float]:
        return self.score(self.facts(y, p), weight)

    @property
    def better(self) -> Mapping[str, Literal["higher", "lower"] | None]:
        """Which way each metric is better, as far as that can be said; the monitor's is known."""
        return {}

    def pictures(self, y: np.ndarray, p: np.ndarray) -> Sequence[Mapping[str, Any]]:
        """Charts and tables for the report, as JSON values.

        A chart: `title`, `x` and `y` (names of the axes), `lines`: each a `name`, `x`, `y`, and where it has
        an interval `low`, `high`. A heat map: `title`, `rows`, `columns` (labels), `heat`, a matrix of shares.
        A table: `title`, `columns`, `cells`, a list of rows.
        """
        return ()
