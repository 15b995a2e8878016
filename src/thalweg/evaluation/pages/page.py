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
    mined,
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
from thalweg.evaluation.pages.html import Html, Section, join, paragraph, tag

SECTIONS = (
    *(short, rows, quarantine, cleaning, joins, columns, mined, split, inputs, training),
    *(verdict, pictures, slices, importance, leakage, use, provenance),
)
ROOM = 1_000_000  # bytes of all sections: with the script of the charts, the report stays under 6 MB
SCRIPT = "plotly.min.js"


def page(report: Mapping[str, Any]) -> str:
    """A document that asks for nothing but the script beside it. Sections without data are left out."""
    sections = [found for each in SECTIONS if (found := each.section(report)) is not None]
    return document(report.get("name", "Report"), head(report), sections, "report.json", script=SCRIPT)


def document(
    name: str, header: Html, sections: list[Section], numbers: str, script: str | None = None
) -> str:
    """A whole document of a header and sections. `numbers` is the file that holds the same as JSON, `script` the one
    that draws the charts; a document without charts needs none and is one file."""
    sections = _bounded(sections, numbers)
    body = tag(
        "body",
        tag("button", "◐", id="theme", type="button", title="light or dark", aria_label="light or dark"),
        header,
        tag("nav", *(tag("a", found.title, href=f"#{found.anchor}") for found in sections)),
        tag("main", *(_section(found) for found in sections)),
        tag("footer", f"Made by Thalweg. Every number on this page is in {numbers} beside it."),
        tag("script", src=script) if script else None,
        tag("script", _asset("page.js")),
    )
    return f'<!doctype html>\n<html lang="en">{_meta(name)}{body}</html>\n'


def _bounded(sections: list[Section], numbers: str) -> list[Section]:
    """Sections as long as there is room; of what comes beyond, only what it says in a sentence."""
    kept, room = [], ROOM
    for found in sections:
        size = len(found.body.encode())
        if size > room:
            found = found._replace(body=paragraph(f"Too much to show here: see {numbers}.", class_="note"))
        else:
            room -= size
        kept.append(found)
    return kept


def _meta(name: str) -> Html:
    empty = [
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width,initial-scale=1">'),
    ]
    title = tag("title", f"{name} · Thalweg")
    return tag("head", *empty, title, tag("style", _asset("style.css")))


def _section(found: Section) -> Html:
    lead = tag("p", found.lead, class_="lead") if found.lead else None
    return tag("section", tag("h2", found.title), lead, found.body, id=found.anchor)


def _asset(name: str) -> Html:
    return join([Html((files("thalweg.evaluation.pages") / name).read_text(encoding="utf-8"))])
