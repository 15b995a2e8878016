"""What both engines are asked to clean: tables for each kind of step, and the steps taken over them in one cleaning."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tests.engines.spark.tables import EMPTY, INF, MIXED, NAN, SPLIT, WORDS, Columns, moments

NAMES = ("Anna", "Björn", "Chloé", "Dmitri", "Eun", "Fatima")

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
        (
            {
                "hour": moments(
                    *(f"2024-03-31 {i // 2:02d}:{20 * (i % 3):02d}" for i in range(44)),
                    *("2024-03-31 03:00", "2024-03-31 03:00", "1969-12-31 23:59:59.999999", None),
                ),
                "zoned": moments(
                    *(f"2024-03-{30 + i // 24:02d} {i % 24:02d}:30" for i in range(48)), zone="Europe/Berlin"
                ),
                "station": [("a", "é", None)[i % 3 - (i > 40)] for i in range(48)],
                "temp": [*(90.0 if i in (21, 24, 25) else i % 5 / 3 for i in range(44)), NAN, None, INF, 1e3],
                "wind": pa.array([*(i * i % 7 for i in range(45)), 200, None, -200], pa.int16()),
                "rain": [*(i / 8 for i in range(46)), 1e6, None],
                "__split": [*(i % 10 // 8 for i in range(48))],
            },
            [
                {
                    "outliers": {
                        "temp": {"mad": 3, "window": "6 hours", "time": "hour", "action": "null"},
                        "wind": {"mad": 3, "by": "station"},
                        "rain": {"mad": 0.5, "by": "station", "window": "2 days", "time": "zoned"},
                    }
                },
            ],
        ),
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
    "booleans": [
        (
            {
                "paid": ["YES ", "n", "settled", "", None, "是", "maybe", "ＴＲＵＥ"],
                "__split": [0, 0, 0, 1, 2, 0, 0, 1],
            },
            [{"booleans": {"paid": {"yes": ["settled"], "blank": "no"}}}],
        ),
    ],
    "dates": [
        (
            {
                "born": [
                    "2024-03-05",
                    "5/13/2024",
                    "3/4/2024",
                    "5 March 2024",
                    "2024年3月5日",
                    "x",
                    None,
                    "1709596800",
                ],
                "sent": [
                    *("2024-03-31 02:30", "2024-03-31T00:30:00Z", "2024-10-27 02:30+02:00", "1709596800000"),
                    *(None, "", "5.3.2024 10:00", "1969-12-31 23:59:59.999999"),
                ],
                "__split": [0, 0, 0, 0, 1, 2, 0, 0],
            },
            [
                {
                    "dates": {
                        "born": {"to": "date", "else": None},
                        "sent": {"zone": "Europe/Berlin", "first": "day"},
                    }
                }
            ],
        ),
    ],
    "dependencies": [
        (
            {
                "zip": [*[1] * 6, *[2] * 4, 3, None],
                "phone": [*"aaabbb", *"cccc", "c", None],
                "city": ["Ulm", "Ulm", "Ulm", "Ulm", "Umm", None, "é", "é", "é", "深", "Ulm", "x"],
                "paid": [1.5, 1.5, 1.5, NAN, NAN, None, *[NAN] * 4, 0.0, 2.0],
                "__split": [0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0],
            },
            [
                {
                    "dependencies": [
                        {"by": "zip", "repair": ["city", "paid"], "fill": True},
                        {"by": ["phone", "zip"], "repair": "city", "only": "typos"},
                        {"by": "phone", "repair": "city"},
                    ]
                }
            ],
        ),
        (
            {"zip": pa.array([], pa.string()), "city": pa.array([], pa.string())},
            [{"dependencies": {"zip": "city"}}],
        ),
    ],
    "fused": [
        (
            {
                "city": ["Denver CO", "Boulder", "Denver", "Reno NV", None, "Reno", "深/CO", "Reno, NV"],
                "state": [None, "CO", "CO", None, "NV", "NV", None, "NV"],
                "__split": [0, 0, 0, 1, 0, 0, 2, 0],
            },
            [{"fused": {"city": "state", "support": 1}}],
        ),
    ],
    "fuzzy_duplicates": [
        (
            {
                "name": [f"{first} {last}" for first in NAMES for last in NAMES]
                + ["Jörg Weiss", "Jörg Weis", None],
                "born": [f"19{50 + i}-0{1 + i % 9}-1{i % 10}" for i in range(len(NAMES) ** 2)]
                + ["1951-03-11", "1951-03-11", None],
            },
            [
                {
                    "fuzzy_duplicates": {
                        "compare": {"name": "name", "born": "code"},
                        "threshold": 0.5,
                        "survive": {"name": "min"},
                    }
                }
            ],
        ),
    ],
    "gaps": [
        (
            {
                "hour": moments(
                    *(f"2024-03-31 0{hour}:00" for hour in (0, 1, 4, 0, 2, 3)), None, "2024-03-31 05:00"
                ),
                "station": ["a", "a", "a", None, None, "é", "a", "é"],
                "temp": [1.5, NAN, 4.0, None, 2.0, 3.0, 9.0, None],
                "__split": [0, 0, 1, 0, 0, 0, 0, 2],
            },
            [{"missing": {"hour": "drop"}}, {"gaps": {"time": "hour", "every": "1 hour", "by": "station"}}],
        ),
    ],
    "isolation": [
        (
            {
                "x": [*(float(i % 7) for i in range(28)), NAN, 99.0],
                "y": pa.array([*(i % 5 for i in range(28)), None, -50], pa.int32()),
                "__split": [*(i % 10 // 8 for i in range(30))],
            },
            [
                {"isolation": {"columns": ["x", "y"], "trees": 5, "action": "keep"}},
                {"isolation": {"columns": ["x", "y"], "share": 0.05, "trees": 5}},
            ],
        ),
    ],
    "labels": [
        (
            {
                "age": [*(float(i % 20) for i in range(79)), NAN],
                "word": [("é", "x", None)[i % 3] for i in range(80)],
                "label": ["old" if (i % 20 > 9) != (i in (5, 33)) else "new" for i in range(79)] + [None],
                "__split": [i % 10 // 9 for i in range(80)],
            },
            [{"labels": {"target": "label", "action": "quarantine"}}],
        ),
    ],
    "mojibake": [
        (
            {
                "name": ["CafÃ©", "itâ€™s", "é", None, "", "æ·±æ³“", "CafÃ©", "plain"],
                "__split": [0, 1, 2, 0, 0, 1, 2, 0],
            },
            [{"mojibake": "name"}],
        ),
    ],
    "numbers": [
        (
            {
                "weight": ["3 kg", "500 g", "2 lb", None, "x", "1", "７ kg", "-1 t"],
                "price": ["1.234,56", "(4,50)", "€ 3,00", None, "12", "2 万", "", "1.234"],
                "share": ["12%", "0.5", "1e-3", "nan", None, "inf", "100 %", "5 ‰"],
                "__split": [0, 0, 0, 0, 0, 1, 2, 0],
            },
            [
                {
                    "numbers": {
                        "weight": {"unit": "kg", "else": None},
                        "price": {"decimal": ",", "else": None},
                        "share": {"else": None},
                    }
                }
            ],
        ),
    ],
    "spellings": [
        (
            {
                "city": [
                    *["New York"] * 6,
                    "new york",
                    "York, New",
                    None,
                    "Zürich",
                    "Zurich",
                    *["Boston"] * 12,
                    "Bostn",
                ],
                "__split": [*[0] * 20, 1, 2, 0, 1],
            },
            [{"spellings": {"columns": ["city"], "apply": True}}],
        ),
    ],
}
