"""Which rows were learnt from, which chose the best epoch, which judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Section, table
from thalweg.evaluation.pages.marks import bar
from thalweg.evaluation.wording import count, decimal, sentence, share


def section(report: Mapping[str, Any]) -> Section | None:
    """The parts with their rows, their extent in time and the target's mean in each."""
    split = report.get("split")
    if not split or not split.get("parts"):
        return None
    parts = split["parts"]
    whole = sum(part["rows"] for part in parts)
    timed = any(part.get("start") for part in parts)
    outputs = list(dict.fromkeys(name for part in parts for name in part.get("target") or {}))
    head = [
        "part",
        "",
        *(["from", "to"] if timed else []),
        "rows",
        "share",
        *(f"mean {name}" for name in outputs),
    ]
    rows = [
        [
            part["name"],
            bar(part["rows"] / max(whole, 1)),
            *([part.get("start") or "–", part.get("end") or "–"] if timed else []),
            count(part["rows"]),
            share(part["rows"], whole),
            *(decimal((part.get("target") or {}).get(name)) for name in outputs),
        ]
        for part in parts
    ]
    return Section("split", "The split", sentence(split["how"]), table(head, rows, 2 + len(outputs)))
