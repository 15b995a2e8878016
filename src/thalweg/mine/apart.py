"""What sets some rows apart from all: numbers that differ, categories that are more common, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from thalweg.mine.matrix import Column, Numbers

DIFFERENT = 0.5  # standard deviations between the means (Cohen's d: medium)
COMMON, MORE = 0.3, 1.3  # share of the group's rows with a category, and how many times that of all rows
CERTAIN = 4.0  # standard errors


@dataclass(frozen=True)
class Trait:
    """A way in which a group differs: `words` to read, `strength` to compare traits by."""

    column: str
    words: str
    strength: float


def traits(columns: Sequence[Column], values: Mapping[str, np.ndarray], inside: np.ndarray) -> list[Trait]:
    """How the rows `inside` (N,) differ from all rows, strongest first, one trait a column."""
    if not inside.any() or inside.all():
        return []
    every = [
        trait
        for column in columns
        if (
            trait := (_number if isinstance(column, Numbers) else _category)(
                column.name, values[column.name], inside
            )
        )
    ]
    return sorted(every, key=lambda trait: (-trait.strength, trait.column))


def _number(name: str, values: np.ndarray, inside: np.ndarray) -> Trait | None:
    known = np.isfinite(values)
    here, all_of_it = values[known & inside], values[known]
    spread = float(all_of_it.std()) if len(all_of_it) else 0.0
    if len(here) < 2 or spread == 0:
        return None
    difference = float((here.mean() - all_of_it.mean()) / spread)
    if abs(difference) < max(DIFFERENT, CERTAIN / np.sqrt(len(here))):
        return None
    side = "high" if difference > 0 else "low"
    words = f"{side} {name} (mean {here.mean():,.4g}, of all {all_of_it.mean():,.4g})"
    return Trait(name, words, abs(difference))


def _category(name: str, values: np.ndarray, inside: np.ndarray) -> Trait | None:
    found: list[Trait] = []
    for value in np.unique(values[inside].astype(str)):
        here, usual = float(np.mean(values[inside] == value)), float(np.mean(values == value))
        error = np.sqrt(usual * (1 - usual) / inside.sum())
        if here >= COMMON and here >= MORE * usual and here - usual > CERTAIN * error:
            words = f"{name} = {value} in {here:.0%} (of all {usual:.0%})"
            found.append(
                Trait(name, words, float(2 * (np.arcsin(np.sqrt(here)) - np.arcsin(np.sqrt(usual)))))
            )
    return max(found, key=lambda trait: trait.strength, default=None)
