"""Items that follow one another in many sequences, by PrefixSpan (Pei 2001): prefixes grown over what comes after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.core.errors import ComponentError

Pattern = tuple[int, ...]


@dataclass(frozen=True)
class Sequences:
    """S sequences of items: `items` (E,) holds their codes one after the other, `starts` (S + 1,) where each begins."""

    names: tuple[str, ...]
    items: np.ndarray
    starts: np.ndarray

    @property
    def count(self) -> int:
        return len(self.starts) - 1


def patterns_of(sequences: Sequences, least: int, longest: int, most: int) -> dict[Pattern, int]:
    """Each pattern of at most `longest` items that at least `least` sequences hold in that order, and their number.

    Other items may stand between. A sequence counts once, however often it holds the pattern. Raises ComponentError
    where there are more than `most`.
    """
    found: dict[Pattern, int] = {}
    owner = np.repeat(np.arange(sequences.count), np.diff(sequences.starts))
    ends = sequences.starts[1:]
    everywhere = (np.arange(sequences.count), sequences.starts[:-1])

    def grow(prefix: Pattern, rows: np.ndarray, begins: np.ndarray) -> None:
        """`rows` hold the prefix, which is complete in each just before `begins`."""
        after = _spans(begins, ends[rows])
        if not len(after):
            return
        pairs, first = np.unique(sequences.items[after] * sequences.count + owner[after], return_index=True)
        items, row, place = pairs // sequences.count, pairs % sequences.count, after[first]
        edges = np.flatnonzero(np.diff(items, prepend=-1))
        for start, stop in zip(edges, [*edges[1:], len(items)], strict=True):
            if stop - start < least:
                continue
            longer = (*prefix, int(items[start]))
            if len(found) >= most:
                raise ComponentError(
                    f"more than {most:,} patterns are in at least {least:,} sequences; raise `support`, or lower "
                    "`longest`"
                )
            found[longer] = int(stop - start)
            if len(longer) < longest:
                grow(longer, row[start:stop], place[start:stop] + 1)

    grow((), *everywhere)
    return found


def holds(sequences: Sequences, pattern: Pattern) -> np.ndarray:
    """Which sequences (S,) hold a pattern, items in its order."""
    begins = sequences.starts[:-1].copy()
    alive = np.ones(sequences.count, dtype=bool)
    for item in pattern:
        places = np.append(np.flatnonzero(sequences.items == item), len(sequences.items))
        nearest = places[np.searchsorted(places, begins)]
        alive &= nearest < sequences.starts[1:]
        begins = np.where(alive, nearest + 1, begins)
    return alive


def shuffled(sequences: Sequences, rng: np.random.Generator) -> Sequences:
    """The same items in each sequence, in an order of chance."""
    owner = np.repeat(np.arange(sequences.count), np.diff(sequences.starts))
    order = np.lexsort((rng.random(len(owner)), owner))
    return Sequences(sequences.names, sequences.items[order], sequences.starts)


def _spans(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """All whole numbers from each beginning to its end, one span after the other."""
    lengths = ends - begins
    offsets = np.repeat(begins - (np.cumsum(lengths) - lengths), lengths)
    return np.arange(lengths.sum()) + offsets
