"""Names of columns that can stand side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from thalweg.core.errors import SourceError
from thalweg.engines.table import HIDDEN

RESERVED = (*HIDDEN, "file_row_number")  # what the stages and the engine call columns of their own


def unlike(names: Sequence[str], where: str) -> None:
    """Raises SourceError where two columns have the same name, or names that differ in case alone."""
    counts = Counter(name.casefold() for name in names)
    twice = [name for name in names if counts[name.casefold()] > 1]
    if not twice:
        return
    same = "the same name" if len(set(twice)) < len(twice) else "names that differ only in case"
    numbers = " and ".join(str(i + 1) for i, name in enumerate(names) if counts[name.casefold()] > 1)
    raise SourceError(
        f"{where}: columns {numbers} have {same}: {', '.join(map(repr, dict.fromkeys(twice)))}",
        hint="rename them where the data comes from; a csv file may be given names: […], header: true",
    )


def usable(names: Sequence[str], source: str) -> None:
    """Raises SourceError where a column of a source has a name that the stages use themselves, or none."""
    for name in names:
        if name.casefold() in RESERVED or not name.strip():
            raise SourceError(
                f"source {source!r} has a column named {name!r}; "
                f"{', '.join(RESERVED)} and the empty name cannot be used for columns",
                hint="rename the column where the data comes from",
            )
