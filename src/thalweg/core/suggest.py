"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str], most: int = 12) -> str:
    """Advice for an error message: the closest name, else the names there are."""
    names = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in names}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean {folded[close[0]]!r}?"
    if not names:
        return "there are none"
    more = f", … ({len(names) - most} more)" if len(names) > most else ""
    return f"known: {', '.join(names[:most])}{more}"
