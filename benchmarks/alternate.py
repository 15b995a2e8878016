"""Measure two things in turn, A B A B …, so that what else the machine does falls on both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

Measured = dict[str, list[float]]


def alternated(sides: Mapping[str, Callable[[], float]], rounds: int, warm_up: int = 0) -> Measured:
    """Every side once a round; `warm_up` rounds come first and are thrown away."""
    taken: Measured = {name: [] for name in sides}
    for turn in range(warm_up + rounds):
        for name, side in sides.items():
            value = side()
            if turn >= warm_up:
                taken[name].append(value)
    return taken


def middle(taken: Measured) -> dict[str, float]:
    """The median of each side."""
    return {name: float(median(values)) for name, values in taken.items()}
