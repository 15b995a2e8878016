"""What both engines are asked to divide and to mine, and what Spark refuses.

Every kind of step, operation, split and miner has a case. What Spark refuses stands in REFUSED, with a piece of the
message; nothing else may be refused.
"""

from __future__ import annotations

from typing import Any

from tests.engines.spark.tables import moments

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

EVENTS = 240
MINED: dict[str, Any] = {
    "number": [[float(i % 12), None, 1e3][(i == 7) + 2 * (i == 11)] for i in range(EVENTS)],
    "other": [float((i * 7) % 12 + i % 3) for i in range(EVENTS)],
    "word": [("é", "x", "深", None)[i * i % 4] for i in range(EVENTS)],
    "user": [f"u{i // 4}" for i in range(EVENTS)],
    "at": moments(*(f"2024-03-{1 + i // 24:02d} {i % 24:02d}:00" for i in range(EVENTS))),
    "page": [("home", "cart", "pay", "深")[i % 4] for i in range(EVENTS)],
    "review": [
        f"{('red fast car', 'green slow boat', 'soup bread salt')[i % 3]} number{i % 5}"
        for i in range(EVENTS)
    ],
    "late": [i % 12 > 6 for i in range(EVENTS)],
    "__split": [i % 2 for i in range(EVENTS)],
}
MINED["items"] = [
    [("home", "cart"), ("cart", "pay", "深"), ("深",), ()][i % 4] if i % 9 else None for i in range(EVENTS)
]
MINED["basket"] = [f"{' ; '.join(items)}" if items is not None else None for items in MINED["items"]]
MINERS: dict[str, list[Any]] = {
    "anomalies": [
        {"columns": ["number", "other", "word"], "rows": 100, "trees": 10, "as_features": True},
        {"columns": ["number", "other"], "rows": 100, "method": "autoencoder"},
    ],
    "associations": [
        {"columns": ["word", "page", "late"]},
        "items",
        {"items": "basket", "separator": " ; "},
        {"items": "page", "basket": "user", "baskets": 100},
    ],
    "clusters": [{"columns": ["number", "other"], "most": 3, "rows": 100, "as_features": True}],
    "profile": [{}],
    "sequences": [{"entity": "user", "time": "at", "item": "page"}],
    "series": [{"time": "at", "value": "number"}, {"time": "at", "entity": "word", "points": 100}],
    "target": [
        {"column": "late", "exclude": ["user", "review", "items"]},
        {"column": "other", "exclude": ["user", "review", "items"], "rows": 100},
    ],
    "topics": [{"column": "review", "topics": 2, "rows": 100, "as_features": True}],
}
"""How each kind of miner looks at MINED."""

REFUSED: dict[str, str] = {}
"""Kinds of steps, operations and miners that Spark refuses, each with a piece of the message."""
