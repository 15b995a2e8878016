"""Names of tables and columns: known, unlike each other, and not ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.engines.table import HIDDEN, Table


def find(tables: Mapping[str, Table], name: str) -> Table:
    """A table by name. Raises ComponentError with the nearest name."""
    if name not in tables:
        raise ComponentError(f"there is no table {name!r}; {did_you_mean(name, tables)}")
    return tables[name]


def require_all(table: Table, names: Iterable[str]) -> None:
    """Raises ComponentError for the first name that is no column of the table."""
    for name in names:
        table.require(name)


def check_names(names: Iterable[str]) -> None:
    """Raises ComponentError for names that are empty, reserved, or alike but for upper and lower case.

    SQL takes `Late` and `late` for one column, so they can't stand in one table.
    """
    names = list(names)
    for name in names:
        if not name.strip():
            raise ComponentError("a column needs a name, received an empty one")
        if name.casefold() in HIDDEN:
            raise ComponentError(f"the name {name!r} is reserved for the program's own use; choose another")
    twice = repeated(names)
    if twice:
        raise ComponentError(f"columns of one name (upper and lower case are alike): {', '.join(twice)}")


def repeated(names: Iterable[str]) -> list[str]:
    """The names that occur more than once, whatever their case, each once, in order."""
    names = list(names)
    times = Counter(name.casefold() for name in names)
    return list(dict.fromkeys(name for name in names if times[name.casefold()] > 1))
