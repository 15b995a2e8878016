"""What the network saw, what it was not shown, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, code, details, join, subtitle, table, tag
from thalweg.evaluation.wording import count, listed, plural

COLUMNS = 200


def section(report: Mapping[str, Any]) -> Section | None:
    """Used and refused columns, each with its reason."""
    inputs = report.get("inputs")
    if not inputs:
        return None
    used, refused = inputs.get("used", []), inputs.get("refused", [])
    kinds = Counter(each["kind"] for each in used).most_common()
    made = f" ({listed([f'{rows} {kind}' for kind, rows in kinds])})" if kinds else ""
    mined = sum("mined_from" in each for each in used)
    made += f", {mined} of them mined of others" if mined else ""
    lead = f"{plural(len(used), 'column')} went in{made}; {plural(len(refused), 'column')} did not."
    return Section("inputs", "What the network saw", lead, join([_used(used), _refused(refused)]))


def _used(used: list[Mapping[str, Any]]) -> Html | None:
    if not used:
        return None
    rows = [
        (
            code(each["column"]),
            each["kind"],
            each.get("type", ""),
            listed([str(name) for name in each.get("mined_from", ())]),
            each.get("why", ""),
            _counts(each.get("counts")),
        )
        for each in used[:COLUMNS]
    ]
    head = ("column", "as", "type", "mined of", "because", "replaced")
    told = [place for place in range(len(head)) if any(row[place] for row in rows)]
    shown = table([head[place] for place in told], [[row[place] for place in told] for row in rows], 0)
    return join([shown, _more(used)])


def _refused(refused: list[Mapping[str, Any]]) -> Html | None:
    if not refused:
        return None
    rows = [(code(each["column"]), each["why"]) for each in refused[:COLUMNS]]
    shown = table(("column", "why not"), rows, 0)
    if len(refused) <= 12:
        return join([subtitle("Not shown to the network"), shown])
    return details(f"Not shown to the network ({len(refused)})", shown, _more(refused))


def _counts(counts: Mapping[str, int] | None) -> str:
    return ", ".join(f"{count(rows)} {what.replace('_', ' ')}" for what, rows in (counts or {}).items())


def _more(columns: list[Mapping[str, Any]]) -> Html | None:
    rest = len(columns) - COLUMNS
    return tag("p", f"and {plural(rest, 'more column')}, in report.json", class_="note") if rest > 0 else None
