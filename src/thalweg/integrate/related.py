"""The other table of an operation: its key as it is written, whether it fits, and the names that come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.integrate.agreement import comparable
from thalweg.integrate.naming import check_names, repeated

Key = str | list[str] | dict[str, str]
"""A column of that name on both sides, several, or {column here: column there}."""


def with_on(value: Any) -> Any:
    """The fields of an operation; YAML 1.1 reads the bare key `on` as true."""
    if isinstance(value, Mapping) and True in value:
        return {("on" if key is True else key): field for key, field in value.items()}
    return value


def check_key(on: Key, what: str) -> None:
    """Raises ComponentError where a key names no column, or one twice."""
    if not on:
        raise ComponentError(f"{what} needs at least one key column in `on`, such as [origin, time_hour]")
    if isinstance(on, list) and repeated(on):
        raise ComponentError(f"{what} names a key column twice in `on`: {', '.join(repeated(on))}")


def pairs(on: Key) -> dict[str, str]:
    """A key as {column here: column there}."""
    if isinstance(on, dict):
        return on
    return {name: name for name in ([on] if isinstance(on, str) else on)}


def check_comparable(table: Table, other: Table, keys: Mapping[str, str], what: str) -> None:
    """Raises ComponentError where a key column is unknown, or its types do not agree."""
    for here, there in keys.items():
        table.require(here, "key column")
        other.require(there, "key column")
        one, two = table.columns[here], other.columns[there]
        if not comparable(one, two):
            raise ComponentError(
                f"{what} {other.name}: the keys can't be compared: {here!r} of {table.name!r} is {one}, "
                f"{there!r} of {other.name!r} is {two}; make them alike in clean with a `types` step, "
                f"such as {{{other.name}: [{{types: {{{there}: {one}}}}}]}}"
            )


def check_arriving(table: Table, other: Table, arriving: Mapping[str, Any], what: str) -> None:
    """Raises ComponentError where a column that comes in has the name of one that is there."""
    clash = sorted(set(repeated([*table.columns, *arriving])) & set(arriving))
    if clash:
        raise ComponentError(
            f"{what} {other.name}: both tables have {', '.join(map(repr, clash))}; give the columns of "
            f"{other.name!r} a prefix of their own, such as prefix: {other.name}_"
        )
    check_names([*table.columns, *arriving])
