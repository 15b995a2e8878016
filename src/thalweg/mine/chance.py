"""Told from chance: p-values, and what many of them together are worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ALPHA = 0.05  # how often a miner may report something where there is nothing


def holm(p: Sequence[float] | np.ndarray, tests: int | None = None) -> np.ndarray:
    """P-values corrected for the number of tests (Holm 1979), so that any false finding is as rare as `ALPHA`.

    `tests` is their number where only the most promising are given; by default as many as are given.
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    left = (tests or len(p)) - np.arange(len(p))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * left), 1.0)
    return corrected


def together(rows: int, one: np.ndarray, other: np.ndarray, both: np.ndarray) -> np.ndarray:
    """P-values of two things being together in `both` of the rows or more, by Fisher's exact test (one-sided)."""
    from scipy.stats import hypergeom

    return np.asarray(hypergeom.sf(np.asarray(both) - 1, rows, one, other), dtype=np.float64)


def at_least(seen: np.ndarray, trials: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """A bound on the p-values of `seen` successes in independent trials with `chance` as their mean probability.

    Hoeffding's (1963) form of Chernoff's bound: it holds whatever the probability of each single trial.
    """
    share = np.asarray(seen) / trials
    chance = np.clip(chance, 1e-300, 1 - 1e-15)
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.where(share > 0, share * np.log(share / chance), 0.0)
        miss = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - chance)), 0.0)
    return np.where(share > chance, np.exp(-trials * (hit + miss)), 1.0)


def beyond(seen: float, shuffled: Sequence[float] | np.ndarray) -> float:
    """P-value of a permutation test: how often shuffled data gives as much, what was seen counted too."""
    return float((1 + np.sum(np.asarray(shuffled) >= seen)) / (1 + len(shuffled)))


def said(p: float) -> str:
    """A p-value in words: `p = 0.012`, `p < 0.0001`."""
    return f"p = {p:.2g}" if p >= 1e-4 else "p < 0.0001"
