"""JSON lines as rows of columns whose types are settled; what does not fit is told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from thalweg.sources.media.broken import BrokenFile as Unfit

MOST = 2_000  # columns of a stream: more would be keys that are values
RULE = "not a JSON object"
OTHER_TYPE = "value of another type"
UNKNOWN = "unknown key"


def parsed(text: bytes) -> dict[str, Any]:
    """The object of a line. Raises Unfit where it is none."""
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise Unfit(RULE, f"it is not UTF-8: {error.reason}") from error
    except ValueError as error:
        raise Unfit(RULE, str(error)) from error
    except RecursionError as error:
        raise Unfit(RULE, "it is nested too deeply") from error
    if not isinstance(value, dict):
        raise Unfit(RULE, f"expected an object, found {type(value).__name__}")
    return value


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice!r} occurs twice")
    return found


def inferred(rows: Iterable[Mapping[str, Any]], declared: Mapping[str, str]) -> dict[str, str]:
    """DuckDB types of the keys of the first rows: whole numbers BIGINT, others DOUBLE, true and false BOOLEAN, and
    everything else text; objects and lists as their JSON."""
    kinds: dict[str, set[str]] = {name: set() for name in declared}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                kinds.setdefault(name, set()).add(_kind(value))
            else:
                kinds.setdefault(name, set())
    return {name: declared.get(name) or _common(found) for name, found in list(kinds.items())[:MOST]}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int):
        return "BIGINT" if -(2**63) <= value < 2**63 else "VARCHAR"
    return "DOUBLE" if isinstance(value, float) else "VARCHAR"


def _common(kinds: set[str]) -> str:
    if kinds == {"BIGINT", "DOUBLE"}:
        return "DOUBLE"
    return kinds.pop() if len(kinds) == 1 else "VARCHAR"


def fitted(row: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row in their types. Raises Unfit where one does not fit, or a key is not known."""
    for name in row:
        if name not in types:
            raise Unfit(
                UNKNOWN, f"the key {name!r} was not there when the stream began; declare it under columns"
            )
    return {name: _value(name, row.get(name), kind) for name, kind in types.items()}


def _value(name: str, value: Any, kind: str) -> Any:
    if value is None:
        return None
    try:
        return CARRIED[kind](value)
    except (TypeError, ValueError) as error:
        shown = json.dumps(value, ensure_ascii=False)[:200]
        raise Unfit(OTHER_TYPE, f"{name!r} is {kind}, found {shown}") from error


def _whole(value: Any) -> int:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value != int(value)
        or not -(2**63) <= value < 2**63
    ):
        raise ValueError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if isinstance(value, int) and int(float(value)) != value:
        raise ValueError
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(value: Any) -> datetime:
    """A point in time; with a zone it is brought to UTC."""
    found = datetime.fromisoformat(value)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


CARRIED: dict[str, Callable[[Any], Any]] = {
    "BIGINT": _whole,
    "DOUBLE": _number,
    "BOOLEAN": _truth,
    "VARCHAR": _text,
    "DATE": date.fromisoformat,
    "TIMESTAMP": _moment,
}
ARROW = {
    **{"BIGINT": "int64", "DOUBLE": "double", "BOOLEAN": "bool", "VARCHAR": "string"},
    **{"DATE": "date32", "TIMESTAMP": "timestamp[us]"},
}
