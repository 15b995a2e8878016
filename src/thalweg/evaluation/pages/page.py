"""The whole page, from a report alone."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from thalweg.evaluation.pages import (
    cleaning,
    columns,
    importance,
    inputs,
    joins,
    leakage,
    pictures,
    provenance,
    quarantine,
    rows,
    short,
    slices,
    split,
    training,
    use,
    verdict,
)
from thalweg.evaluation.pages.head import head
from thalweg.evaluation.pages.html import Html, Section, join, tag

SECTIONS = (
    *(short, rows, quarantine, cleaning, columns, joins, split, inputs, training),
    *(verdict, pictures, slices, importance, leakage, use, provenance),
)
SCRIPT = "plotly.min.js"


def page(report: Mapping[str, Any]) -> str:
    """A document that asks for nothing but the script beside it. Sections without data are left out."""
    sections = [found for each in SECTIONS if (found := each.section(report)) is not None]
    body = tag(
        "body",
        tag("button", "◐", id="theme", type="button", title="light or dark", aria_label="light or dark"),
        head(report),
        tag("nav", *(tag("a", found.title, href=f"#{found.anchor}") for found in sections)),
        tag("main", *(_section(found) for found in sections)),
        tag("footer", "Made by Thalweg. Every number on this page is in report.json beside it."),
        tag("script", src=SCRIPT),
        tag("script", _asset("page.js")),
    )
    return f'<!doctype html>\n<html lang="en">{_meta(report)}{body}</html>\n'


def _meta(report: Mapping[str, Any]) -> Html:
    empty = [
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width,initial-scale=1">'),
    ]
    title = tag("title", f"{report.get('name', 'Report')} · Thalweg")
    return tag("head", *empty, title, tag("style", _asset("style.css")))


def _section(found: Section) -> Html:
    lead = tag("p", found.lead, class_="lead") if found.lead else None
    return tag("section", tag("h2", found.title), lead, found.body, id=found.anchor)


def _asset(name: str) -> Html:
    return join([Html((files("thalweg.evaluation.pages") / name).read_text(encoding="utf-8"))])
