"""Tables that two engines find it hard to agree on: NaN, NULL, zones, decimals, ties, no rows, Unicode."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

NAN, INF = float("nan"), float("inf")
Columns = dict[str, Any]


def moments(*texts: str | None, zone: str | None = None) -> pa.Array:
    """Points in time, given as ISO text in UTC."""
    values = [
        None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC if zone else None)
        for text in texts
    ]
    return pa.array(values, pa.timestamp("us", zone))


MIXED: Columns = {
    "id": pa.array([1, 2, 2, 3, None, 5, 5, 8], pa.int64()),
    "text": [" Ünïcode ", "x", "x", "", None, "N/A", "深泓线", "a\u00a0\u3000b\t"],
    "number": [1.5, NAN, None, INF, 2.0, 2.0, -3.25, 1e9],
    "amount": pa.array(
        [Decimal("1.10"), None, Decimal("-0.01"), Decimal("99999999.99"), *[Decimal("1.10")] * 4],
        pa.decimal128(10, 2),
    ),
    "day": [date(2024, 2, 29), None, date(1969, 12, 31), *[date(2024, 3, 1)] * 5],
    "at": moments(
        "2024-03-31 00:30", None, "2024-03-31 00:30", "1969-12-31 23:59:59.999999", *["2024-01-01"] * 4
    ),
    "zoned": moments("2024-03-31 00:30", None, "2024-10-27 01:30", *["2024-07-01"] * 5, zone="Europe/Berlin"),
    "flag": [True, False, None, True, True, False, None, True],
    "small": pa.array([1, 2, 3, None, 5, 255, 0, 7], pa.uint8()),
    "big": pa.array([2**63 + 1, 1, None, 0, 7, 7, 7, 7], pa.uint64()),
}
EMPTY: Columns = {
    name: (column if isinstance(column, pa.Array) else pa.array(column)).slice(0, 0)
    for name, column in MIXED.items()
}
SPLIT: Columns = {**MIXED, "__split": [0, 0, 1, 2, 0, 2, 0, None]}

WORDS: Columns = {
    "n": ["1", " 2.5 ", "1e3", "ten", "inf", "nan", None, "", "0x1A", "1_000", "9007199254740993", "１２"],
    "i": [
        "7",
        "7.0",
        "7.5",
        "1e2",
        None,
        "-0",
        "9223372036854775807",
        "9223372036854775808",
        " 8",
        "+1",
        "",
        "x",
    ],
    "d": [
        "2024-02-29",
        "2023-02-29",
        " 2024-1-5",
        "epoch",
        "infinity",
        None,
        "05/01/2024",
        "2024-01-05 10:00",
        "",
        "x",
        "0001-01-01",
        "9999-12-31",
    ],
    "t": [
        "2024-01-05 10:00:00.123456",
        "2024-01-05T10:00Z",
        "2024-01-05 10:00+02",
        None,
        "",
        "x",
        "1/2/2024",
        "2024-01-05",
        "24:00",
        "inf",
        "2024-01-05 25:00",
        "epoch",
    ],
    "b": ["true", "T", "YES", "no", "off", "0", "1", None, "", "maybe", " y ", "ＴＲＵＥ"],
    "m": ["1.25", "1.255", "-3", "99999999.99", "100000000", None, "", "x", "1e1", ".5", "5.", "1,000"],
    "f": [0.1, 2.5, NAN, INF, -INF, None, 1e18, 0.5, 1.5, -0.5, 123456789.125, 3.0],
    "unicode": [
        "ﬁne",
        "ＡＢＣ①",
        "e\u0301",
        "ß",
        "ǆ",
        "İ",
        "\ufeffx\u2028",
        None,
        "",
        "ΑΣ",
        "深泓线",
        "a\u00a0b",
    ],
}

OTHER: Columns = {
    "id": pa.array([2, 2, 3, 9, None], pa.int64()),
    "key": pa.array([2.0, 3.0, NAN, 1.5, None], pa.float64()),
    "name": ["深", "b", "b", None, "x"],
    "at2": moments("2024-01-01", None, "2024-03-31 00:30", "2020-01-01", "2021-01-01"),
}
ONE_EACH: Columns = {
    "id": pa.array([1, 2, 3, None], pa.int32()),
    "name": ["é", "b", None, "x"],
    "cost": pa.array([Decimal("1.5"), None, Decimal("2.5"), Decimal("0.1")], pa.decimal128(5, 1)),
}
