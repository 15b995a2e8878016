"""What the network goes by: the loss when one column is shuffled."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from thalweg.evaluation.pages.html import (
    Html,
    Section,
    code,
    details,
    join,
    paragraph,
    shown,
    subtitle,
    table,
)
from thalweg.evaluation.pages.marks import bar
from thalweg.evaluation.wording import count, decimal, metric, plural

FIRST, MOST = 15, 100


def section(report: Mapping[str, Any]) -> Section | None:
    """For each output, the columns in the order of what they are worth."""
    importance = report.get("importance")
    if not importance or not any(importance["outputs"].values()):
        return None
    body, several = [], len(importance["outputs"]) > 1
    for name, found in shown(importance["outputs"]):
        if not found:
            continue
        lost = metric(report["outputs"][name]["monitor"]["metric"])
        body += [subtitle(code(name)) if several else None, _ranked(found, lost)]
    if importance["not_measured"]:
        left = plural(importance["not_measured"], "column")
        body.append(paragraph(f"{left} not measured: raise evaluate.importance.columns.", class_="note"))
    lead = f"How much worse it gets when one column is shuffled: {plural(importance['repeats'], 'time')} on "
    lead += f"{plural(importance['rows'], 'test row')}. Columns that say the same share their worth."
    return Section("importance", "What it goes by", lead, join(body))


def _rounded(value: float, most: float) -> float:
    """To a thousandth of the greatest, so that noise does not look exact."""
    step = 10.0 ** (floor(log10(most)) - 3)
    return round(value / step) * step


def _ranked(found: list[Mapping[str, Any]], lost: str) -> Html:
    most = max(abs(each[key]) for each in found for key in ("low", "high")) or 1.0
    rows = [
        (
            code(each["column"]),
            bar(each["loss"] / most, whisker=(each["low"] / most, each["high"] / most)),
            *(decimal(_rounded(each[key], most)) for key in ("loss", "low", "high")),
        )
        for each in found[:MOST]
    ]
    head = ("column", "", f"{lost} lost", "least", "most")
    rest = (
        details(f"The other {count(len(rows) - FIRST)}", table(head, rows[FIRST:], 3))
        if len(rows) > FIRST
        else None
    )
    return join([table(head, rows[:FIRST], 3), rest])
