"""One keyed hash of a row, the same on every engine and in plain Python.

    digest = md5("{seed}:{value}") as 32 hexadecimal digits; U+001F, the unit separator, joins several values

It is compared as text: hexadecimal digits sort as the numbers they write. A digest is uniform, so `digest <
cut(f)` is true of the share `f` of all values. Every engine has md5; on 10 million rows it costs about two
seconds of one core.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.types import family

SEPARATOR = "\x1f"
CUT_DIGITS = 12  # a share is cut to one part in 2**48
HASHABLE = (
    "boolean",
    "integer",
    "text",
    "date",
    "timestamp",
)  # a float or decimal prints differently elsewhere


def digest(columns: Mapping[str, str], seed: int) -> exp.Expr:
    """The digest of some columns, given with their types; NULL where one of them is NULL.

    Raises ComponentError for a type whose text is not the same on every engine.
    """
    keyed = sql.literal(f"{seed}:")
    for position, (name, sql_type) in enumerate(columns.items()):
        separated = exp.DPipe(this=keyed, expression=sql.literal(SEPARATOR)) if position else keyed
        keyed = exp.DPipe(this=separated, expression=_text(name, sql_type))
    return exp.MD5(this=keyed)


def cut(share: float) -> str:
    """The digits below which the digests of a share of all values lie, 0 ≤ share ≤ 1."""
    part = round(share * 16**CUT_DIGITS)
    return f"{part:0{CUT_DIGITS}x}" if part < 16**CUT_DIGITS else "g"  # g sorts after every digit


def digest_of(values: Sequence[str], seed: int) -> str:
    """The same digest in Python, of values given as text."""
    return hashlib.md5(f"{seed}:{SEPARATOR.join(values)}".encode(), usedforsecurity=False).hexdigest()


def _text(name: str, sql_type: str) -> exp.Expr:
    if family(sql_type) not in HASHABLE:
        raise ComponentError(
            f"column {name!r} has type {sql_type}; expected whole numbers, text, dates or times, whose text "
            "is the same on every engine: choose another column, or give it such a type in its source"
        )
    value: exp.Expr = sql.column(name)
    if sql_type.upper().endswith("WITH TIME ZONE"):
        value = exp.AtTimeZone(this=value, zone=sql.literal("UTC"))
    return value if sql_type == "VARCHAR" else sql.cast(value, "VARCHAR")
