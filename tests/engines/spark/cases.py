"""What both engines are asked to do: tables that are hard to agree on, and the steps taken over them.

A kind without a case here is tried with its own `example()` over a table made to fit. What Spark refuses stands in
REFUSED, with a piece of the message; nothing else may be refused.
"""

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

STEPS: dict[str, list[tuple[Columns, list[Any]]]] = {
    "types": [
        (
            WORDS,
            [
                {
                    "types": {
                        "n": {"to": "number", "else": None},
                        "i": {"to": "integer", "else": None},
                        "d": {"to": "date", "else": None},
                    }
                },
                {
                    "types": {
                        "t": {"to": "timestamp", "else": None},
                        "b": {"to": "boolean", "else": None},
                        "m": {"to": "DECIMAL(10,2)", "else": None},
                    }
                },
                {"types": {"f": {"to": "integer", "else": None}}},
            ],
        ),
        (
            WORDS,
            [
                {
                    "types": {
                        "n": "number",
                        "d": {"to": "date", "formats": ["%d/%m/%Y", "%Y-%m-%d"], "else": None},
                        "m": {"to": "number", "remove": [","]},
                    }
                }
            ],
        ),
        (
            MIXED,
            [
                {
                    "types": {
                        "id": "text",
                        "number": "text",
                        "amount": "number",
                        "day": "timestamp",
                        "zoned": "text",
                        "flag": "integer",
                        "big": {"to": "integer", "else": None},
                    }
                }
            ],
        ),
        (EMPTY, [{"types": {"text": "number", "day": "timestamp"}}]),
    ],
    "missing": [
        (
            MIXED,
            [
                {
                    "missing": {
                        "as": ["N/A", "", 2],
                        "number": {"constant": 0.5},
                        "text": {"constant": "深"},
                        "id": "drop",
                    }
                }
            ],
        ),
        (
            SPLIT,
            [
                {
                    "missing": {
                        "number": {"carry": {"order": "at", "by": "flag"}},
                        "day": {"carry": {"order": ["id", "at"]}},
                    }
                }
            ],
        ),
        (EMPTY, [{"missing": {"number": {"constant": 1.0}, "id": "drop"}}]),
    ],
    "duplicates": [
        (
            {
                "a": [1, 1, None, None, 2, 1],
                "b": [NAN, NAN, NAN, NAN, 0.0, 1.0],
                "c": ["x", "x", None, None, "é", "x"],
            },
            ["duplicates"],
        ),
        (SPLIT, [{"duplicates": {"keys": "id", "keep": "last", "by": "at"}}]),
        (MIXED, [{"duplicates": ["amount", "day"]}, {"duplicates": ["flag", "number"]}]),
        (EMPTY, ["duplicates"]),
    ],
    "expect": [
        (
            MIXED,
            [
                {
                    "expect": {
                        "number": {"between": [-10, None]},
                        "amount": {"between": [0, 10.5]},
                        "day": {"between": ["1900-01-01", None]},
                    }
                },
                {"expect": {"text": {"regex": r"[\p{L}\s/]*"}, "id": ["not_null", "unique"]}},
                {
                    "expect": {
                        "rows": ["number < amount OR id > 0", "date_part('year', at) > 1960"],
                        "small": {"in": [1, 2, 5, 0, 255]},
                    }
                },
            ],
        ),
    ],
    "outliers": [
        (
            {
                "x": [1.0, 2.0, 3.0, 4.0, 100.0, NAN, None, INF],
                "k": pa.array([1, 1, 2, 2, 3, 3, 90, None], pa.int32()),
            },
            [{"outliers": {"x": {"iqr": 1.5, "action": "clip"}, "k": {"mad": 3.5, "action": "null"}}}],
        ),
        (MIXED, [{"outliers": {"amount": [0, 50.5], "number": {"between": [0, 10], "action": "clip"}}}]),
    ],
    "text": [
        (
            WORDS,
            [
                {
                    "text": {
                        "unicode": {"unicode": "NFKC", "trim": True, "collapse": True, "case": "lower"},
                        "n": ["trim", "empty_to_null"],
                        "b": {"case": "title", "map": {"Yes": "y", "No": None}},
                    }
                }
            ],
        ),
        (MIXED, [{"text": ["NFC", "trim", "upper"]}]),
    ],
    "auto": [
        (
            {
                "a": [f" {i % 7} " for i in range(60)],
                "b": [*["?"] * 5, *[str(i / 4) for i in range(55)]],
                "c": ["x"] * 60,
                "d": [f"2024-01-{1 + i % 28:02d}" for i in range(60)],
                "e": [float(i % 5) for i in range(59)] + [1e9],
            },
            ["auto"],
        ),
    ],
}
"""For each kind of step, tables and the steps taken over them, in one cleaning."""

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

OPERATIONS: dict[str, list[tuple[dict[str, Columns], list[Any]]]] = {
    "from": [({"main": MIXED}, [{"from": "main"}])],
    "join": [
        (
            {"main": MIXED, "one": ONE_EACH},
            [{"from": "main"}, {"join": {"table": "one", "on": "id", "prefix": "o_"}}],
        ),
        (
            {"main": MIXED, "other": OTHER},
            [
                {"from": "main"},
                {
                    "join": {
                        "table": "other",
                        "on": {"number": "key"},
                        "expect": "many-to-many",
                        "how": "inner",
                        "prefix": "o_",
                    }
                },
            ],
        ),
        (
            {"main": MIXED, "other": OTHER},
            [
                {"from": "main"},
                {"join": {"table": "other", "on": {"text": "name"}, "how": "anti"}},
                {"join": {"table": "other", "on": "id", "how": "semi"}},
            ],
        ),
        (
            {"main": MIXED, "one": EMPTY},
            [{"from": "main"}, {"join": {"table": "one", "on": "id", "prefix": "e_"}}],
        ),
        (
            {"main": MIXED, "one": ONE_EACH},
            [
                {"from": "main"},
                {
                    "join": {
                        "table": "one",
                        "on": {"amount": "cost"},
                        "prefix": "o_",
                        "expect": "many-to-many",
                    }
                },
            ],
        ),
    ],
    "union": [
        (
            {"main": MIXED, "more": {**MIXED, "id": pa.array([1.5, None, *[0.0] * 6])}},
            [{"from": "main"}, {"union": "more"}],
        ),
        ({"main": ONE_EACH, "more": OTHER}, [{"from": "main"}, {"union": {"table": "more", "fill": None}}]),
    ],
    "derive": [
        (
            {"main": MIXED},
            [
                {"from": "main"},
                {
                    "derive": {
                        "late": "number > 1.5",
                        "ratio": "id / 0",
                        "whole": "id // 2",
                        "odd": "id % 2 = 1",
                        "money": "amount * 1.1",
                    }
                },
                {
                    "derive": {
                        "year": "year(zoned)",
                        "month": "strftime(at, '%Y-%m')",
                        "word": "regexp_extract(text, '[a-z]+')",
                        "up": "upper(text)",
                        "len": "length(text)",
                    }
                },
                {
                    "derive": {
                        "c": "CASE WHEN text IN ('x', '') THEN NULL ELSE coalesce(text, '?') END",
                        "age": "datediff('day', day, DATE '2024-12-31')",
                        "list": "list_value(id, 1)",
                        "hash": "hash(text)",
                    }
                },
            ],
        ),
        ({"main": EMPTY}, [{"from": "main"}, {"derive": {"late": "number > 1.5", "up": "upper(text)"}}]),
    ],
    "filter": [
        (
            {"main": MIXED},
            [
                {"from": "main"},
                {"filter": "number >= 1.5 AND text <> 'N/A'"},
                {"filter": "amount < 50 OR day IS NULL"},
            ],
        ),
    ],
    "drop": [({"main": MIXED}, [{"from": "main"}, {"drop": ["text", "big"]}])],
    "rename": [
        (
            {"main": MIXED},
            [{"from": "main"}, {"rename": {"text": 'new "name" with `ticks`.and.dots', "id": "键"}}],
        )
    ],
    "select": [({"main": MIXED}, [{"from": "main"}, {"select": ["zoned", "number"]}])],
}
"""For each kind of operation, tables and a chain over them."""

SPLITS: list[Any] = [
    {"random": {"fractions": [0.5, 0.25, 0.25], "seed": 3}},
    {"random": {"key": ["day", "text", "flag"], "fractions": [0.5, 0.25, 0.25]}},
    {"random": {"key": ["zoned"], "fractions": [0.4, 0.3, 0.3]}},
    {"by": "at", "fractions": [0.5, 0.25, 0.25]},
    {"by": "zoned", "fractions": [0.5, 0.25, 0.25]},
    {"by": "number", "fractions": [0.4, 0.3, 0.3]},
    {"by": "amount", "fractions": [0.4, 0.3, 0.3]},
    {"group": {"column": "text", "fractions": [0.5, 0.25, 0.25]}},
    {"stratified": {"column": "flag", "fractions": [0.5, 0.25, 0.25]}},
    {"column": "small", "training": [1, 2, 3], "validation": [5], "test": [7, 0]},
]

REFUSED: dict[str, str] = {"dependencies": "looks at other rows"}
"""Kinds of steps, operations and miners that Spark refuses, each with a piece of the message."""
