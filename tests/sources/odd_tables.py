"""Tables that a careless reader gets wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

VICTIM = "x'; DROP TABLE victim; --"
NAMES = ['a"b', "c.d", "e f", "日期", "select", VICTIM, "100%", "[x]", "{y}", "$1", "?", "a,b", "1", "NULL"]
NAMES += [
    "a`b",
    "back\\slash",
    "é",
    "深\U0001f600",
    "#hash",
    "a=b",
    "a/b",
    "*",
    "%s",
    "--",
    "rowid",
    "count(*)",
]
NAMES += ["filename", "tab\tulator", "line\nfeed"]
PLAIN_NAMES = NAMES[:-2]

STAMP = datetime(1969, 12, 31, 23, 59, 59, 999999)
LATE = datetime(9999, 12, 31, 12, 0, 0, 1)


def names(columns: list[str]) -> pa.Table:
    """One row, and a column of each name."""
    return pa.table({name: [i] for i, name in enumerate(columns)})


def wide(columns: int) -> pa.Table:
    """Many columns, and a row in which none but the first has a value."""
    return pa.table({f"c{i}": pa.array([i, 7 if i == 0 else None], pa.int64()) for i in range(columns)})


def no_rows() -> pa.Table:
    return pa.table({"a": pa.array([], pa.int64()), "s": pa.array([], pa.string())})


def edges() -> pa.Table:
    """Values at the edges of their types; a column of one value, and one of none."""
    zoned = [STAMP.replace(tzinfo=UTC), datetime(2020, 3, 29, 1, 30, 0, 4, tzinfo=UTC), None]
    digits = [Decimal("9999999999999999999999999999.9999999999"), Decimal("-0.0000000001"), None]
    return pa.table(
        {
            "i": pa.array([2**63 - 1, -(2**63), None], pa.int64()),
            "digits": pa.array(digits, pa.decimal128(38, 10)),
            "d": [date(1969, 12, 31), date(9999, 12, 31), None],
            "t": pa.array([STAMP, LATE, None], pa.timestamp("us")),
            "z": pa.array(zoned, pa.timestamp("us", "UTC")),
            "x": [float("nan"), float("inf"), float("-inf")],
            "f": [5e-324, -1.5e308, 0.1],
            "s": ["", None, "NULL"],
            "b": [True, False, None],
            "o": pa.array([b"\x00\xff", b"", None], pa.binary()),
            "one": ["same", "same", "same"],
            "none": pa.array([None, None, None], pa.string()),
        }
    )
