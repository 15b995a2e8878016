"""Addresses of tables on database servers as people write them, credentials as the environment holds them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from thalweg.core.errors import ComponentError, SourceError

VARIABLE = re.compile(r"\$\{(\w+)\}")
PART = re.compile(r'"(?:[^"]|"")+"|[^."]+')


def fields_of(address: str, schemes: Sequence[str]) -> dict[str, Any]:
    """The fields of `postgres://user:${PASSWORD}@host:port/database#schema.table`; what is left out is left out.

    Raises ComponentError where it holds a password in plain text, or cannot be understood. The message never holds
    the address, which may hold a password.
    """
    split = urlsplit(address)
    if split.query:
        raise ComponentError(
            f"a {schemes[0]}:// address takes no settings after '?'; say them as keys of the source"
        )
    table = tuple(_unquoted(part) for part in PART.findall(split.fragment))
    if len(table) > 2 or ".".join(PART.findall(split.fragment)) != split.fragment:
        raise ComponentError(
            f"expected '#table' or '#schema.table', received {'#' + split.fragment!r}; "
            'a name that holds a dot stands in double quotes: #"a.b"'
        )
    fields = {
        "host": unquote(split.hostname) if split.hostname else None,
        "port": _port(split),
        "database": unquote(split.path.removeprefix("/")) or None,
        "user": unquote(split.username) if split.username else None,
        "password_env": _password_variable(split.password),
        "table": table[-1] if table else None,
        "schema": table[0] if len(table) == 2 else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _port(split: SplitResult) -> int | None:
    try:
        return split.port
    except ValueError:
        raise ComponentError("the port of the address is not a number from 0 to 65535") from None


def _password_variable(password: str | None) -> str | None:
    if password is None:
        return None
    named = VARIABLE.fullmatch(unquote(password))
    if named is None:
        raise ComponentError(
            "the address holds a password, which would be stored with every run; put it into an environment "
            "variable and write ${VARIABLE} in its place"
        )
    return named.group(1)


def quoted_part(name: str) -> str:
    """A name as it is written after `#`: in double quotes where it holds a dot, or quotes of its own."""
    return '"' + name.replace('"', '""') + '"' if set('."') & set(name) else name


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def filled(text: str | None) -> str | None:
    """A text with each `${NAME}` replaced by that environment variable. Raises SourceError where one is not set."""
    return None if text is None else VARIABLE.sub(lambda found: variable(found.group(1)), text)


def variable(name: str) -> str:
    """The value of an environment variable. Raises SourceError where it is not set."""
    value = os.environ.get(name)
    if value is None:
        raise SourceError(
            f"the environment variable {name}, which the source names, is not set",
            hint=f"set it: export {name}=…",
        )
    return value
