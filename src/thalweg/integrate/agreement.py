"""Whether the types of two columns agree: as keys of a join, or one under the other in a union."""

from __future__ import annotations

from thalweg.engines.types import family, is_number


def comparable(one: str, other: str) -> bool:
    """Whether values of two types may be keys of one join.

    Numbers match numbers and text matches text. A day matches no point in time, and a time with a zone none
    without: which day, which zone, is for the user to say.
    """
    if one == other or (is_number(one) and is_number(other)):
        return True
    if "UUID" in (one, other) or family(one) != family(other):
        return False
    return family(one) in ("boolean", "text") or (family(one) == "timestamp" and _zoned(one) == _zoned(other))


def may_stack(one: str, other: str) -> bool:
    """Whether columns of two types may become one: alike, or one wide enough for both."""
    days = {family(one), family(other)} == {"date", "timestamp"} and not (_zoned(one) or _zoned(other))
    return comparable(one, other) or days


def _zoned(sql_type: str) -> bool:
    return sql_type.upper().endswith("WITH TIME ZONE")
