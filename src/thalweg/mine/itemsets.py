"""Sets of items that are often together, found depth first over sets of baskets held as bits (Eclat, Zaki 2000).

Items are taken from the rarest on. An item's baskets alone make the bits of what goes with it, so that no step looks
at more baskets than hold its first item: the conditional database of FP-growth (Han 2000), as arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.core.errors import ComponentError

Itemset = tuple[int, ...]


@dataclass(frozen=True)
class Baskets:
    """B baskets of items: `items` (E,) holds their codes basket by basket, `starts` (B + 1,) where each begins.

    No item is twice in a basket. `names` are those of the codes.
    """

    names: tuple[str, ...]
    items: np.ndarray
    starts: np.ndarray

    @property
    def count(self) -> int:
        return len(self.starts) - 1


def baskets_of(basket: np.ndarray, names: np.ndarray, count: int) -> Baskets:
    """Baskets from pairs (E,) of a basket's number below `count` and an item's name, in any order, repeats allowed."""
    known, codes = np.unique(names, return_inverse=True) if len(names) else (names, np.zeros(0, np.int64))
    wide = max(len(known), 1)
    pairs = np.unique(basket.astype(np.int64) * wide + codes)
    starts = np.searchsorted(pairs // wide, np.arange(count + 1))
    return Baskets(tuple(map(str, known)), pairs % wide, starts)


def frequent(baskets: Baskets, least: int, longest: int, most: int) -> dict[Itemset, int]:
    """Each set of at most `longest` items that at least `least` baskets hold, as sorted codes, and their number.

    Raises ComponentError where there are more than `most`.
    """
    held = np.bincount(baskets.items, minlength=len(baskets.names))
    kept = np.flatnonzero(held >= max(least, 1))
    kept = kept[np.argsort(held[kept], kind="stable")]  # the rarest first
    rank = np.full(len(baskets.names), -1)
    rank[kept] = np.arange(len(kept))
    search = _Search(kept, least, longest, most)
    ranks, basket = rank[baskets.items], np.repeat(np.arange(baskets.count), np.diff(baskets.starts))
    ranks, basket = ranks[ranks >= 0], basket[ranks >= 0]
    starts = np.searchsorted(basket, np.arange(baskets.count + 1))
    by_item = np.argsort(ranks, kind="stable")
    ends = np.searchsorted(ranks[by_item], np.arange(len(kept) + 1))
    for first in range(len(kept)):
        holding = basket[by_item[ends[first] : ends[first + 1]]]
        search.add((first,), len(holding))
        if longest > 1:
            _grow_from(search, first, holding, ranks, starts)
    return search.found


@dataclass
class _Search:
    codes: np.ndarray
    least: int
    longest: int
    most: int

    def __post_init__(self) -> None:
        self.found: dict[Itemset, int] = {}

    def add(self, ranks: Itemset, baskets: int) -> None:
        if len(self.found) >= self.most:
            raise ComponentError(
                f"more than {self.most:,} sets of items are in at least {self.least:,} baskets; "
                "raise `support`, or lower `longest`"
            )
        self.found[tuple(sorted(int(self.codes[rank]) for rank in ranks))] = baskets


def _grow_from(
    search: _Search, first: int, holding: np.ndarray, ranks: np.ndarray, starts: np.ndarray
) -> None:
    """Sets whose rarest item is the first: what else its baskets hold, as one row of bits for each other item."""
    lengths = starts[holding + 1] - starts[holding]
    place = np.repeat(np.arange(len(holding)), lengths)
    within = np.arange(len(place)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    others = ranks[starts[holding][place] + within]
    place, others = place[others > first], others[others > first]
    counts = np.bincount(others, minlength=len(search.codes))
    items = np.flatnonzero(counts >= search.least)
    if not len(items):
        return
    row = np.full(len(search.codes), -1)
    row[items] = np.arange(len(items))
    wanted = row[others] >= 0
    bits = np.zeros((len(items), -(-len(holding) // 64) * 64), dtype=bool)
    bits[row[others[wanted]], place[wanted]] = True
    _grow(search, (first,), items, np.packbits(bits, axis=1).view(np.uint64), counts[items])


def _grow(search: _Search, prefix: Itemset, items: np.ndarray, bits: np.ndarray, counts: np.ndarray) -> None:
    """Add each item to the prefix, then go on with the items that follow it."""
    for place, item in enumerate(items.tolist()):
        longer = (*prefix, item)
        search.add(longer, int(counts[place]))
        if len(longer) == search.longest or place + 1 == len(items):
            continue
        rest = bits[place + 1 :] & bits[place]
        held = np.bitwise_count(rest).sum(axis=1, dtype=np.int64)
        often = np.flatnonzero(held >= search.least)
        if len(often):
            _grow(search, longer, items[place + 1 :][often], rest[often], held[often])
