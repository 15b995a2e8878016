"""How the tables came together: matched and unmatched rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, details, join, table
from thalweg.evaluation.pages.marks import bar
from thalweg.evaluation.wording import count, plural, share


def section(report: Mapping[str, Any]) -> Section | None:
    """A line for each join with the rows that found no partner, then the other steps."""
    entries = [entry for entry in report.get("rows", {}).get("entries", []) if entry["stage"] == "integrate"]
    joins = [entry for entry in entries if "unmatched" in entry["notes"]]
    if not joins:
        return None
    worst = max(joins, key=lambda entry: entry["notes"]["unmatched"] / max(entry["rows_in"], 1))
    alone = worst["notes"]["unmatched"]
    lead = f"{plural(len(joins), 'join')}. "
    if alone:
        lead += f"Most rows without a partner: {worst['step']}, {share(alone, worst['rows_in'])}."
    else:
        lead += "Every row found its partner."
    return Section("joins", "How the tables came together", lead, join([_joins(joins), _others(entries)]))


def _joins(joins: list[Mapping[str, Any]]) -> Html:
    rows = []
    for entry in joins:
        notes, rows_in = entry["notes"], max(entry["rows_in"], 1)
        rows.append(
            (
                entry["step"],
                bar(1 - notes["unmatched"] / rows_in),
                count(entry["rows_in"]),
                f"{count(notes['unmatched'])} ({share(notes['unmatched'], rows_in)})",
                count(notes.get("missing_key")),
                f"{count(notes.get('other_unused'))} of {count(notes.get('other_rows'))}",
            )
        )
    head = (
        "join",
        "matched",
        "rows",
        "without a partner",
        "of these without a key",
        "other table's rows unused",
    )
    return table(head, rows, 4)


def _others(entries: list[Mapping[str, Any]]) -> Html | None:
    steps = [entry for entry in entries if "unmatched" not in entry["notes"]]
    if not steps:
        return None
    rows = [
        (entry["step"], count(entry["rows_in"]), count(entry["kept"] + entry["added"])) for entry in steps
    ]
    return details(f"Other steps ({len(steps)})", table(("step", "rows in", "rows out"), rows))
