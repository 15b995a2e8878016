"""Names as a rule takes them: one alone or a list of them; and the name of a column that a step adds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table


def one_or_many(value: Any) -> Any:
    """A list of one where a text is written alone."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
"""Names of columns, or other texts: `a` is `[a]`."""


def require_new(table: Table, name: str, step: str, setting: str) -> str:
    """The name itself. Raises ComponentError where the table has a column of that name, whatever its case."""
    if name.casefold() in {column.casefold() for column in table.columns}:
        raise ComponentError(
            f"{step} would add a column {name!r}, which is there already; choose another name with `{setting}`"
        )
    return name
