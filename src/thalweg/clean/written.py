"""The two ways of writing the rules of several columns, and the check that a rule says one thing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from thalweg.core.errors import ComponentError


def by_column(value: Any, beside: Collection[str] = ()) -> Any:
    """The full form `{columns: {a: …}, …}` of the short form `{a: …, b: …}`.

    `beside` names the settings that may stand beside the columns in the short form. Raises ComponentError
    where the two forms are mixed.
    """
    if not isinstance(value, Mapping):
        return value
    if not isinstance(value.get("columns"), Mapping):
        settings = {key: field for key, field in value.items() if key in beside}
        return {**settings, "columns": {key: field for key, field in value.items() if key not in beside}}
    stray = [key for key in value if key != "columns" and key not in beside]
    if stray:
        raise ComponentError(
            f"the short form {{column: …}} and the full form {{columns: {{column: …}}}} are mixed: "
            f"write {stray[0]!r} inside 'columns', or leave 'columns' out"
        )
    return dict(value)


def one_of(fields: Mapping[str, Any], among: Collection[str], what: str) -> str:
    """The only field of some that is given. Raises ComponentError where none or several are."""
    given = [name for name in among if fields.get(name) is not None]
    if len(given) != 1:
        found = f"received {' and '.join(given)}" if given else "received none"
        raise ComponentError(f"expected one of {', '.join(among)} for {what}, {found}")
    return given[0]
