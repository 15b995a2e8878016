"""How far one column decides another, counted over a sample of rows that is in memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

ALIKE = 0.5
MISSING = -1
FEW = 1_000  # exceptions that are read, to see whether they are misspellings


@dataclass(frozen=True)
class Codes:
    """The values of a column as numbers from 0 in order of value, -1 where missing; `values` by number."""

    codes: np.ndarray
    values: Sequence[str]

    @property
    def distinct(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> int:
        return int((self.codes == MISSING).sum())

    def with_(self, other: Codes) -> Codes:
        """Both columns as one key, missing where either is."""
        known = (self.codes != MISSING) & (other.codes != MISSING)
        pairs = np.where(known, self.codes * other.distinct + other.codes, MISSING)
        kept, codes = np.unique(pairs, return_inverse=True)
        shift = 1 if len(kept) and kept[0] == MISSING else 0
        return Codes(codes.reshape(-1) - shift, range(len(kept) - shift))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Agreement:
    """How far a key decides a column.

    `strength` is the share of rows that hold the majority's value, among rows whose key occurs often enough;
    `covered` the share of those rows among all; `keys` how many such keys there are, `majorities` how many
    different values they decide for. `exceptions` marks the rows that differ; `misspelt` counts those of them
    whose value resembles the majority and that not enough rows of any key hold.
    """

    strength: float
    covered: float
    keys: int
    majorities: int
    exceptions: np.ndarray
    misspelt: int


NONE = Agreement(0.0, 0.0, 0, 0, np.zeros(0, bool), 0)


def codes_of(values: Sequence[str | None]) -> Codes:
    """The codes of a column's values."""
    distinct = sorted({value for value in values if value is not None})
    number = {value: place for place, value in enumerate(distinct)}
    codes = [MISSING if value is None else number[value] for value in values]
    return Codes(np.array(codes, np.int64), distinct)


def agreement(key: Codes, target: Codes, support: int) -> Agreement:
    """How far a key decides a column; keys of fewer than `support` rows say nothing."""
    known = (key.codes != MISSING) & (target.codes != MISSING)
    rows = np.flatnonzero(known)
    if len(rows) == 0 or key.distinct < 2:
        return NONE
    pairs, counts = np.unique(key.codes[rows] * target.distinct + target.codes[rows], return_counts=True)
    keys, values = np.divmod(pairs, target.distinct)
    total = np.bincount(keys, weights=counts, minlength=key.distinct)
    most = np.zeros(key.distinct, np.int64)
    np.maximum.at(most, keys, counts)
    supported = total >= support
    covered = total[supported].sum()
    if not covered:
        return NONE
    majority = np.full(key.distinct, MISSING, np.int64)
    leads = (counts == most[keys]) & (counts * 2 > total[keys]) & supported[keys]
    majority[keys[leads]] = values[leads]
    expected = np.where(known, majority[key.codes], MISSING)
    differs = (expected != MISSING) & (expected != target.codes)
    strong = float(most[supported].sum() / covered)
    decided = np.unique(majority[majority != MISSING])
    often = np.unique(values[counts >= support])
    return Agreement(
        strong,
        float(covered / len(key.codes)),
        int(supported.sum()),
        len(decided),
        differs,
        _misspelt(target, expected, differs, often),
    )


def foretold(exceptions: np.ndarray, other: Codes, support: int) -> bool:
    """Whether some value of another column comes mostly with exceptions: then they follow a rule."""
    known = other.codes != MISSING
    of_value = np.bincount(other.codes[known], minlength=other.distinct)
    torn = np.bincount(other.codes[known & exceptions], minlength=other.distinct)
    return bool(((torn >= support) & (torn * 2 > of_value)).any())


def _misspelt(target: Codes, expected: np.ndarray, differs: np.ndarray, often: np.ndarray) -> int:
    if isinstance(target.values, range):
        return 0
    strange = differs & ~np.isin(target.codes, often)
    pairs = zip(target.codes[strange][:FEW], expected[strange][:FEW], strict=True)
    return sum(1 for one, other in pairs if _alike(str(target.values[one]), str(target.values[other])))


def _alike(one: str, other: str) -> bool:
    """A look at what the step decides: two texts that differ in more than digits, and are half alike."""
    if re.sub("[0-9]", "0", one) == re.sub("[0-9]", "0", other) or (_is_number(one) and _is_number(other)):
        return False
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+", text) is not None
