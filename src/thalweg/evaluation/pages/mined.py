"""What else the data said by itself, beside the profile of its columns: sentences, pictures, tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.chart import SERIES, axis, chart, label, lines
from thalweg.evaluation.pages.html import Html, Section, details, join, paragraph, subtitle, table, tag
from thalweg.evaluation.wording import plural

SENTENCES = 30
ROWS = 10  # of a table, above which it is folded
TALL = 24  # pixels for a bar that lies on its side


def section(report: Mapping[str, Any]) -> Section | None:
    """Each finding: of what size, how told from chance, what it says, and what it shows."""
    mined = report.get("profile", {}).values()
    findings = [each for each in mined if each.get("sentences") and not each.get("facts", {}).get("columns")]
    if not findings:
        return None
    return Section("mined", "What the data says by itself", "", join(map(_finding, findings)))


def _finding(finding: Mapping[str, Any]) -> Html:
    told = finding["sentences"]
    more = plural(len(told) - SENTENCES, "more")
    return join(
        [
            subtitle(finding["title"]),
            tag("ul", *(tag("li", words) for words in told[:SENTENCES]), class_="short"),
            paragraph(f"and {more}, in report.json", class_="note") if len(told) > SENTENCES else None,
            *(_chart(each) for each in finding.get("charts", ())),
            *(_grid(each) for each in finding.get("grids", ())),
            paragraph("Looked at: ", finding["size"], class_="note") if finding.get("size") else None,
            paragraph("Guard against chance: ", finding["guard"], class_="note")
            if finding.get("guard")
            else None,
        ]
    )


def _chart(found: Mapping[str, Any]) -> Html:
    traces = [
        _trace(each, SERIES[n % len(SERIES)], found["sideways"]) for n, each in enumerate(found["traces"])
    ]
    named = sum(1 for each in found["traces"] if each["name"])
    bars = max((len(each["x"]) for each in found["traces"]), default=0)
    height = max(200, 80 + TALL * bars) if found["sideways"] else 320
    marks = [
        {
            "type": "line",
            "x0": at,
            "x1": at,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": "var(--bad)", "width": 1},
        }
        for at in found["marks"]
    ]
    return chart(
        found["title"],
        traces,
        height,
        xaxis=axis(label(found["x"])),
        yaxis=axis(label(found["y"]), **({"autorange": "reversed"} if found["sideways"] else {})),
        showlegend=named > 1,
        shapes=marks,
    )


def _trace(found: Mapping[str, Any], colour: str, sideways: bool) -> dict[str, Any]:
    x, y = ([label(each) if isinstance(each, str) else each for each in found[key]] for key in ("x", "y"))
    name = label(found["name"])
    more = {"text": [label(words, 80) for words in found["notes"]]} if found["notes"] else {}
    if found["shape"] == "bars":
        orientation = {"orientation": "h"} if sideways else {}
        return {
            "type": "bar",
            "x": x,
            "y": y,
            "name": name,
            "marker": {"color": colour},
            **orientation,
            **more,
        }
    if found["shape"] == "line":
        return lines(x, y, name, colour, **more)
    marker = {"color": colour, "size": 7, "opacity": 0.7}
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "marker": marker, **more}


def _grid(found: Mapping[str, Any]) -> Html | None:
    rows = found["rows"]
    if not rows:
        return None
    shown = table(found["head"], rows[:ROWS], found["numbers"])
    rest = table(found["head"], rows[ROWS:], found["numbers"]) if len(rows) > ROWS else None
    more = details(f"The other {len(rows) - ROWS}", rest) if rest else None
    return join([paragraph(found["title"], class_="caption"), shown, more])
