"""How the texts of a column are written: `Aaa 99` for three letters, the first a capital, and two digits."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from thalweg.clean.distribution import Distribution

MANY = 50  # patterns letter by letter, above which runs of letters count as one
TOLD = 5  # patterns, of the most frequent and of the rarest
RARE = 0.01  # of the rows, up to which a pattern is rare
LONGEST = 40  # characters of a pattern
CLASSES = {"Lu": "A", "Lt": "A", "Ll": "a", "Lo": "文", "Lm": "文", "Nd": "9", "Zs": " "}
HIDDEN = "·"  # a character that can't be seen: a control or format character


class _Classes(dict[int, str]):
    """The class of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        kind = unicodedata.category(chr(code))
        self[code] = CLASSES.get(kind, HIDDEN if kind[0] in "CZ" else chr(code))
        return self[code]


_classes = _Classes()


def pattern(text: str) -> str:
    """Each character as its class: `A` and `a` letters, `文` letters without case, `9` digits, others themselves."""
    return text.translate(_classes)


def loose(letters: str) -> str:
    """A pattern whose runs of letters or digits, however long, are alike: `Aaaa 99` is `Aa+ 9+`."""
    return re.sub(r"(a|A|9|文)\1+", r"\1+", letters)


def patterns(found: Distribution) -> dict[str, Any]:
    """The patterns of a column.

    `kinds` is how many there are, `top` are the most frequent and `rarest` those of at most 1% of the rows that
    are not among them, each as [pattern, rows]; ties in the order of their characters. `exact` says whether they are
    letter by letter.
    """
    counted = _counted(zip(map(pattern, map(str, found.values)), found.counts.tolist(), strict=True))
    exact = len(counted) <= MANY
    if not exact:
        counted = _counted((loose(letters), rows) for letters, rows in counted.items())
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    rest = sorted(ordered[TOLD:], key=lambda each: (each[1], each[0]))
    rare = [each for each in rest if each[1] <= RARE * found.rows]
    return {
        "exact": exact,
        "kinds": len(ordered),
        "top": [[_cut(letters), rows] for letters, rows in ordered[:TOLD]],
        "rarest": [[_cut(letters), rows] for letters, rows in rare[:TOLD]],
    }


def _counted(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for letters, rows in pairs:
        counted[letters] += rows
    return counted


def _cut(letters: str) -> str:
    return letters if len(letters) <= LONGEST else f"{letters[: LONGEST - 1]}…"
