"""What a series of numbers does over time: where its level changes, and what comes again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from thalweg.mine.chance import ALPHA, beyond

SHUFFLES = 499
LONGEST = 2_000  # points for change points: of more, means of neighbours
PERIODS, CHANGES = 3, 8
SHORTEST = 8  # points on each side of a change
CYCLES = 5  # of a period, at least
WORTH = 0.005  # share of the variance, below which a period is not told


@dataclass(frozen=True)
class Change:
    """The level goes from `before` to `after` at a point of the series."""

    at: int
    before: float
    after: float
    p: float


@dataclass(frozen=True)
class Period:
    """What comes again every `points`; `strength` is the share of variance that its mean cycle explains."""

    points: float
    strength: float
    p: float


@dataclass(frozen=True)
class Trend:
    """The series rises by `slope` a point, which explains `strength` of its variance."""

    slope: float
    strength: float
    p: float


def filled(values: np.ndarray) -> np.ndarray:
    """Gaps (NaN) as straight lines between their neighbours."""
    there = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), there, values[there])


def without_trend(values: np.ndarray) -> np.ndarray:
    """The series less its straight line."""
    time = np.arange(len(values))
    return values - np.polyval(np.polyfit(time, values, 1), time)


def without_cycles(values: np.ndarray, periods: list[Period]) -> np.ndarray:
    """The series less the mean of each place in each period."""
    rest = values.astype(np.float64)
    for period in periods:
        rest = rest - _cycle(rest, period.points)
    return rest


def trend_of(values: np.ndarray, rng: np.random.Generator) -> Trend | None:
    """The straight line, where it explains more than a change of level would, and more than blocks in other orders."""
    short, step = _shortened(values)
    if len(short) < 4 * SHORTEST:
        return None
    time, total = np.arange(len(short)), float(short.var())
    strength = float(np.corrcoef(time, short)[0, 1] ** 2)
    if strength <= float(_cusum(short).max() ** 2) / (len(short) * total):
        return None
    block = max(1, round(_memory(short)))
    chance = [float(np.corrcoef(time, _in_blocks(short, block, rng))[0, 1] ** 2) for _ in range(SHUFFLES)]
    p = beyond(strength, chance)
    return Trend(float(np.polyfit(time, short, 1)[0]) / step, strength, p) if p <= ALPHA else None


def periods_of(values: np.ndarray, rng: np.random.Generator) -> list[Period]:
    """Peaks of the periodogram, strongest first; multiples of a peak's frequency are its own shape.

    A series that only remembers its last value has more power at low frequencies: the series is told from that by
    taking out its first autocorrelation, after which, were that all, the order would be chance. The greatest power of
    each shuffle of what is left is the threshold.
    """
    rest, found, taken = without_trend(values), [], np.zeros(0)
    for _ in range(PERIODS):
        left = _innovations(rest)
        power = _power(left)
        cycles = np.arange(len(power)) + 1
        usable = (cycles >= CYCLES) & ~_near(cycles, taken)
        if not usable.any() or not np.ptp(left) > 0:
            break
        chance = [float(_power(rng.permutation(left))[usable].max()) for _ in range(SHUFFLES)]
        best = int(np.argmax(np.where(usable, power, 0.0)))
        p = beyond(float(power[best]), chance)
        if p > ALPHA / PERIODS:
            break
        points = _refined(rest, len(rest) / (best + 1))
        cycle = _cycle(rest, points)
        spread = float(values.var()) or 1.0
        strength = float(rest.var() - (rest - cycle).var()) / spread
        if strength >= WORTH:
            found.append(Period(points, strength, p))
        taken, rest = np.append(taken, best + 1), rest - cycle
    return found


def changes_of(values: np.ndarray, rng: np.random.Generator) -> list[Change]:
    """Where the mean changes, in order, by binary segmentation (Scott & Knott 1974).

    Each change is told by the greatest CUSUM; chance is what the same values give with blocks of neighbours in
    another order, so that values which follow their neighbours do not look like a change.
    """
    short, step = _shortened(values)
    found, waiting = [], [(0, len(short))]
    while waiting and len(found) < CHANGES:
        start, stop = waiting.pop(0)
        part = short[start:stop]
        if len(part) < 4 * SHORTEST:
            continue
        at, p = _greatest(part, rng)
        if p > ALPHA / CHANGES:
            continue
        found.append((start + at, p))
        waiting += [(start, start + at), (start + at, stop)]
    return _levels(values, sorted(found), step)


def _near(cycles: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Which numbers of cycles are about those found already, or multiples of them."""
    multiples = np.round(cycles[:, None] / taken) if len(taken) else np.zeros((len(cycles), 0))
    off = np.abs(cycles[:, None] - multiples * taken)
    close = (multiples > 0) & (off <= np.maximum(2, 0.02 * cycles)[:, None])
    return np.asarray(close.any(axis=1))


def _shortened(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Means of as many neighbours as give at most `LONGEST` points, and how many those are."""
    step = -(-len(values) // LONGEST)
    return (values[: len(values) // step * step].reshape(-1, step).mean(axis=1) if step > 1 else values), step


def _greatest(part: np.ndarray, rng: np.random.Generator) -> tuple[int, float]:
    """The place of the greatest CUSUM, and its p-value."""
    block = max(1, round(_memory(part)))
    seen = _cusum(part)
    chance = [float(_cusum(_in_blocks(part, block, rng)).max()) for _ in range(SHUFFLES)]
    return int(np.argmax(seen)) + SHORTEST, beyond(float(seen.max()), chance)


def _cusum(part: np.ndarray) -> np.ndarray:
    """The standardised difference of means before and after each place that leaves enough on both sides."""
    n = len(part)
    left = np.arange(SHORTEST, n - SHORTEST + 1)
    sums = np.cumsum(part - part.mean())[left - 1]
    return np.abs(sums) * np.sqrt(n / (left * (n - left)))


def _memory(part: np.ndarray) -> float:
    """Points after which values are about independent: four times the memory of an autoregression of order one.

    The memory is taken of differences from a local level, so that a change of level is not taken for memory.
    """
    wide = max(len(part) // 8, 5)
    level = np.convolve(np.pad(part, wide, mode="edge"), np.ones(2 * wide + 1) / (2 * wide + 1), mode="valid")
    phi = min(max(_first(part - level), 0.0), 0.99)
    return min(4 * (1 + phi) / (1 - phi), len(part) / 8) if phi > 0.1 else 1.0


def _in_blocks(part: np.ndarray, block: int, rng: np.random.Generator) -> np.ndarray:
    shifted = np.roll(part, int(rng.integers(len(part))))
    blocks = [shifted[start : start + block] for start in range(0, len(part), block)]
    return np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])


def _levels(values: np.ndarray, found: list[tuple[int, float]], step: int) -> list[Change]:
    ends = [0, *(at * step for at, _ in found), len(values)]
    means = [float(values[a:b].mean()) for a, b in pairwise(ends)]
    return [Change(at * step, means[i], means[i + 1], p) for i, (at, p) in enumerate(found)]


def _first(values: np.ndarray) -> float:
    """The autocorrelation at one step."""
    centred = values - values.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1] / total) if total > 0 else 0.0


def _innovations(values: np.ndarray) -> np.ndarray:
    return values[1:] - min(max(_first(values), 0.0), 0.99) * values[:-1]


def _power(values: np.ndarray) -> np.ndarray:
    """The periodogram, without the mean, a cycle and more over the whole series."""
    return np.abs(np.fft.rfft(values - values.mean())[1:]) ** 2


def _refined(values: np.ndarray, points: float) -> float:
    """The period nearby whose mean cycle explains most: frequencies lie far apart where cycles are few."""
    cycles = len(values) / points
    near = len(values) / np.linspace(cycles - 0.5, cycles + 0.5, 21)
    whole = np.unique(np.round(near)) if points >= 3 else np.array([points])
    tried = [*whole[whole >= 2].tolist(), points] if len(whole) else [points]
    return min(tried, key=lambda one: (float((values - _cycle(values, one)).var()), one))


def _cycle(values: np.ndarray, points: float) -> np.ndarray:
    """The mean of each place in the period, over the whole series; long periods in at most 100 places."""
    places = int(min(max(round(points), 2), 100))
    which = ((np.arange(len(values)) / points % 1) * places + 1e-9).astype(np.int64) % places
    sums = np.bincount(which, weights=values, minlength=places)
    return (sums / np.maximum(np.bincount(which, minlength=places), 1))[which] - values.mean()
