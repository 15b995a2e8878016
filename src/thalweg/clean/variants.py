"""Which values of a column are other spellings of a more frequent one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

LETTERS_A_SLIP = 10  # letters of the frequent spelling for each slip that may be forgiven, and at least
SHORTEST = 5  # letters of a word that may be forgiven one
ODDS = 20  # times as frequent a spelling must be for a slip to be read as it
CLOSE = 2_000  # values compared letter by letter; of more, the most frequent are


def fingerprint_key(text: str) -> str:
    """The key under which spellings collide: words without accents, case and punctuation, each once, in order;
    signs that tell values apart (< > = + % #) stay.

    The method of OpenRefine's key collision: `Müller, Anna` and `anna MULLER` share one.
    """
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(sorted(set(re.findall(r"\w+|[<>=+%#]+", bare))))


def collisions(counts: Mapping[str, int]) -> dict[str, str]:
    """Spellings that share a key with a more frequent one, mapped to it; ties go to the first in order."""
    clusters: dict[str, list[str]] = {}
    for value in counts:
        if key := fingerprint_key(value):
            clusters.setdefault(key, []).append(value)
    found = {}
    for values in clusters.values():
        best = min(values, key=lambda value: (-counts[value], value))
        found |= {value: best for value in values if value != best}
    return found


def slips(counts: Mapping[str, int], odds: float = ODDS) -> dict[str, str]:
    """Rare spellings a slip or two away from one that is `odds` times as frequent, mapped to it.

    One slip is forgiven for every ten letters, and one in a word of five to nine. A value with digits is never taken
    for a slip, nor one that is as near to two frequent values: `ami-1` and `ami-2` are two things.
    """
    ordered = sorted(counts, key=lambda value: (-counts[value], value))[:CLOSE]
    letters = [value for value in ordered if not any(c.isdigit() for c in value)]
    found = {}
    for place, rare in enumerate(letters):
        frequent = [value for value in letters[:place] if counts[value] >= odds * counts[rare]]
        nearest = _nearest(rare, frequent)
        if nearest is not None:
            found[rare] = nearest
    return found


def _nearest(rare: str, frequent: Sequence[str]) -> str | None:
    """The one value that is nearest and near enough."""
    near: list[tuple[int, str]] = []
    for value in frequent:
        most = _forgiven(value)
        if most and abs(len(value) - len(rare)) <= most and (apart := distance(rare, value, most)) <= most:
            near.append((apart, value))
    near.sort()
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return near[0][1]


def _forgiven(value: str) -> int:
    return len(value) // LETTERS_A_SLIP or (1 if len(value) >= SHORTEST else 0)


def distance(one: str, other: str, most: int) -> int:
    """Letters to insert, delete or replace to turn one text into the other (Levenshtein 1966); counted up to
    `most` + 1."""
    before = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        row = [place]
        for column, its in enumerate(other, start=1):
            row.append(min(row[-1] + 1, before[column] + 1, before[column - 1] + (letter != its)))
        if min(row) > most:
            return most + 1
        before = row
    return before[-1]
