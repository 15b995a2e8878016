"""What cleaning changed, cell by cell counted, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, code, details, join, table, tag
from thalweg.evaluation.wording import count, plural, share

CHANGES, LINES, TABLES = 100, 30, 10
EXAMPLES = 100
LONGEST = 300  # characters of a line


def section(report: Mapping[str, Any]) -> Section | None:
    """Cells changed by column and step; what `auto` proposed, with its reasons."""
    entries = report.get("rows", {}).get("entries", [])
    changes = [
        (entry, column, cells) for entry in entries for column, cells in entry["changed"].items() if cells
    ]
    proposed = {name: found["log"] for name, found in report.get("cleaning", {}).items() if found.get("log")}
    if not changes and not proposed:
        return None
    total = sum(cells for _, _, cells in changes)
    lead = (
        f"{plural(total, 'cell')} changed in {plural(len(changes), 'column')}."
        if changes
        else "No cell changed."
    )
    body = [
        _changes(changes) if changes else None,
        _examples(entries),
        *(_log(name, log) for name, log in list(proposed.items())[:TABLES]),
    ]
    return Section("cleaning", "What cleaning changed", lead, join(body))


def _changes(changes: list[tuple[Mapping[str, Any], str, int]]) -> Html:
    most = sorted(changes, key=lambda change: -change[2])[:CHANGES]
    rows = [
        (code(entry["table"]), code(column), entry["step"], count(cells), share(cells, entry["rows_in"]))
        for entry, column, cells in most
    ]
    return table(("table", "column", "step", "cells", "of its rows"), rows, 2)


def _examples(entries: list[Mapping[str, Any]]) -> Html | None:
    """Cells before and after, up to five of a step."""
    found = [(entry, one) for entry in entries for one in entry.get("notes", {}).get("examples", [])]
    rows = [
        (
            code(entry["table"]),
            entry["step"],
            count(one["row"]),
            code(one["column"]),
            _cell(one["before"]),
            _cell(one["after"]),
        )
        for entry, one in found[:EXAMPLES]
    ]
    if not rows:
        return None
    head = ("table", "step", "row", "column", "before", "after")
    return details(f"Examples of changed cells ({len(rows)})", table(head, rows, 0))


def _cell(value: str | None) -> Html | str:
    return "missing" if value is None else code(value)


def _log(name: str, log: list[str]) -> Html:
    lines = [tag("li", line[:LONGEST]) for line in log[:LINES]]
    if len(log) > LINES:
        lines.append(tag("li", f"and {len(log) - LINES} more, in report.json"))
    return details(f"Proposed for {name}, and why ({len(log)})", tag("ul", *lines))
