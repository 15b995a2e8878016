"""What both engines are asked to integrate: for each kind of operation, tables and a chain over them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tests.engines.spark.step_cases import NAMES
from tests.engines.spark.tables import EMPTY, MIXED, NAN, ONE_EACH, OTHER, SPLIT, Columns, moments

VISITS: Columns = {
    "id": pa.array([1, 2, 2, 2, None, 5, 5, 9], pa.int64()),
    "seen": moments(
        *("2024-03-30 00:30", "2024-03-31 00:30", "2024-03-31 00:29:59.999999", "2020-01-01"),
        *("2024-01-01", "2023-12-31", "2023-12-31", None),
    ),
    "paid": [1.5, NAN, None, 2.0, 3.0, 0.1, 0.2, 7.0],
    "what": ["é", "x", None, "x", "y", "a", "b", ""],
}
PEOPLE: Columns = {
    "name": [f"{first} {last}" for first in NAMES for last in NAMES],
    "born": [f"19{50 + i}-0{1 + i % 9}-1{i % 10}" for i in range(len(NAMES) ** 2)],
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
    "windows": [
        (
            {"main": {**VISITS, "__split": pa.array([0, 0, 0, 0, 0, 0, 1, 1], pa.int8())}},
            [
                {"from": "main"},
                {
                    "windows": {
                        **{"time": "seen", "values": ["paid", "what"], "steps": 3, "short": "keep"},
                        **{"target": ["paid", "id"], "horizon": 2, "stride": 2},
                    }
                },
            ],
        ),
        (
            {"main": VISITS},
            [{"from": "main"}, {"windows": {"by": "id", "time": "seen", "values": "paid", "steps": 2}}],
        ),
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
    "aggregate": [
        (
            {"main": MIXED, "visits": VISITS},
            [
                {"from": "main"},
                {
                    "aggregate": {
                        "table": "visits",
                        "on": "id",
                        "time": {"at": "seen"},
                        "windows": ["1 day", "all"],
                        "values": {
                            "paid": ["sum", "mean", "min", "max", "last"],
                            "what": "distinct",
                            "*": "count",
                        },
                        "since": True,
                    }
                },
            ],
        ),
        (
            {"main": SPLIT, "visits": VISITS},
            [
                {"from": "main"},
                {
                    "aggregate": {
                        "table": "visits",
                        "on": "id",
                        "values": {"what": ["count", "distinct", "max"]},
                    }
                },
            ],
        ),
    ],
    "asof": [
        (
            {"main": MIXED, "visits": VISITS},
            [
                {"from": "main"},
                {"asof": {"table": "visits", "on": "id", "time": {"at": "seen"}, "prefix": "b_"}},
                {
                    "asof": {
                        "table": "visits",
                        "time": {"at": "seen"},
                        "direction": "nearest",
                        "equal": False,
                        "tolerance": "2 days",
                        "prefix": "n_",
                    }
                },
            ],
        ),
    ],
    "link": [
        (
            {"main": PEOPLE, "more": {**PEOPLE, "name": [*PEOPLE["name"][:-2], "Fatma Fatima", None]}},
            [{"from": "main"}, {"link": {"table": "more", "compare": {"name": "name", "born": "code"}}}],
        ),
    ],
    "pivot": [
        (
            {
                "main": {
                    "key": ["a", "a", None, None, "é", "é", "é"],
                    "what": ["x", "深 y", "x", "x", None, "z", "x"],
                    "n": [1.5, NAN, 2.0, 3.0, 4.0, None, -1.0],
                    "__split": [0, 0, 0, 0, 1, 1, 1],
                }
            },
            [{"from": "main"}, {"pivot": {"by": "key", "column": "what", "values": {"n": "sum"}}}],
        ),
    ],
    "references": [
        (
            {"main": MIXED, "other": OTHER},
            [
                {"from": "main"},
                {"references": {"table": "other", "on": {"text": "name"}, "else": None}},
                {"references": {"table": "other", "on": "id", "else": "drop"}},
            ],
        ),
    ],
    "unpivot": [
        (
            {"main": SPLIT},
            [
                {"from": "main"},
                {"select": ["id", "small", "big"]},
                {"unpivot": {"columns": ["id", "small", "big"], "name": "of", "missing": "skip"}},
            ],
        ),
    ],
}
