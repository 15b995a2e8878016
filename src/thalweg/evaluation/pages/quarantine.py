"""The rows set aside, a few of each kind as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, chip, code, details, join, table, tag
from thalweg.evaluation.wording import plural

GROUPS, CELLS, LONGEST = 20, 12, 80


def section(report: Mapping[str, Any]) -> Section | None:
    """One block for each rule."""
    groups = report.get("quarantine")
    if not groups:
        return None
    rows = sum(group["rows"] for group in groups)
    lead = f"{plural(rows, 'row')} set aside whole, for breaking a rule; they are in quarantine/ of the run."
    body = [_group(group) for group in groups[:GROUPS]]
    if len(groups) > GROUPS:
        body.append(
            tag("p", f"and {plural(len(groups) - GROUPS, 'more rule')}, in report.json", class_="note")
        )
    return Section("quarantine", "Rows set aside", lead, join(body))


def _group(group: Mapping[str, Any]) -> Html:
    title = join(
        [
            f"{group['rule']} ",
            chip(plural(group["rows"], "row"), "bad"),
            f" {group['stage']} · ",
            code(group["table"]),
        ]
    )
    examples = group.get("examples") or []
    if not examples:
        return tag("p", title)
    names = list(dict.fromkeys(name for row in examples for name in row))[:CELLS]
    cells = [[_cell(row.get(name)) for name in names] for row in examples]
    return details(title, table(names, cells, 0))


def _cell(value: Any) -> Any:
    if value is None:
        return tag("i", "missing")
    words = str(value)
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
