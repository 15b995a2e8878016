"""A profile as a page of its own, in the style of the report: one file that asks for no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.evaluation.pages import columns
from thalweg.evaluation.pages.head import water
from thalweg.evaluation.pages.html import Html, Section, code, join, paragraph, table, tag
from thalweg.evaluation.pages.marks import bar
from thalweg.evaluation.pages.page import document
from thalweg.evaluation.wording import count, decimal, plural, share

MEASURES = {"spearman": "Spearman", "cramers_v": "Cramér's V", "correlation_ratio": "correlation ratio"}


def profile_page(profile: Mapping[str, Any], sentences: Sequence[str], numbers: str) -> str:
    """The document. `sentences` say what stands out; `numbers` is the file beside it that holds the profile."""
    facts = {**profile, "pairs": []}  # they have a section of their own
    finding = {"facts": facts, "sentences": ()}
    found = [
        _short(sentences),
        columns.section({"profile": {"profile": finding}}),
        _written(profile),
        _pairs(profile),
        _dependencies(profile),
        _read(profile),
    ]
    sections = [section for section in found if section is not None]
    return document(f"{profile['name']} · profile", _head(profile), sections, numbers)


def _head(profile: Mapping[str, Any]) -> Html:
    cells = profile["rows"] * len(profile["columns"])
    gaps = sum(column["missing"] for column in profile["columns"])
    exact = sum(1 for found in profile["dependencies"] if not found["exceptions"])
    figures = [
        (count(profile["rows"]), "rows", f"{count(profile['duplicates'])} repeat another"),
        (count(len(profile["columns"])), "columns", ""),
        (share(gaps, cells), "of all cells are missing", f"{count(gaps)} of {count(cells)}"),
        (count(len(profile["dependencies"])), "dependencies", f"{count(exact)} without exception"),
    ]
    return tag(
        "header",
        water(),
        tag("p", "Thalweg · profile", class_="kicker"),
        tag("h1", "What does ", code(profile["name"]), " hold?"),
        tag("div", *(_figure(*figure) for figure in figures), class_="figures"),
    )


def _figure(value: str, what: str, note: str) -> Html:
    return tag("div", tag("b", value), tag("span", what), tag("small", note), class_="figure")


def _short(sentences: Sequence[str]) -> Section:
    return Section(
        "short", "In short", "", tag("ul", *(tag("li", each) for each in sentences), class_="short")
    )


def _written(profile: Mapping[str, Any]) -> Section | None:
    """The patterns of texts: most frequent, and rarest."""
    rows = [
        (code(column["name"]), count(found["kinds"]), _listed(found["top"]), _listed(found["rarest"]))
        for column in profile["columns"]
        if (found := column.get("patterns"))
    ]
    if not rows:
        return None
    lead = "A and a are letters, 文 letters without case, 9 digits; a+ is a run. A rare pattern is often a mistake."
    head = ("column", "ways", "most frequent", "rarest")
    return Section("written", "How texts are written", lead, table(head, rows, 0))


def _listed(pairs: Sequence[Sequence[Any]]) -> Html:
    return join(
        tag("div", tag("code", letters or "(empty)"), " ", tag("small", count(rows)))
        for letters, rows in pairs
    )


def _pairs(profile: Mapping[str, Any]) -> Section | None:
    rows = [
        (
            code(pair["one"]),
            code(pair["other"]),
            MEASURES[pair["measure"]],
            bar(abs(pair["value"])),
            decimal(pair["value"]),
        )
        for pair in profile["pairs"]
    ]
    if not rows:
        return None
    lead = (
        "Numbers by Spearman's correlation, categories by Cramér's V, a number with a category by the correlation "
        "ratio; the latter two corrected for what chance gives."
    )
    return Section(
        "pairs", "What goes together", lead, table(("column", "column", "measure", "", "value"), rows, 1)
    )


def _dependencies(profile: Mapping[str, Any]) -> Section | None:
    rows = [
        (
            join(part for name in found["given"] for part in (code(name), " ")),
            code(found["column"]),
            count(found["repeating"]),
            count(found["exceptions"]) if found["exceptions"] else "none",
            share(found["exceptions"], found["rows"]) if found["exceptions"] else "",
        )
        for found in profile["dependencies"]
    ]
    if not rows:
        return None
    lead = "Rows alike in the first are alike in the second. Exceptions to a rule that nearly holds are often mistakes."
    head = ("given", "tells", "rows it is judged by", "exceptions", "of all")
    return Section("dependencies", "What tells what", lead, table(head, rows, 3))


def _read(profile: Mapping[str, Any]) -> Section:
    sampled = f"what it calls sampled, from {plural(profile['sample'], 'row')}" if profile["sample"] else ""
    words = f"Counted on all rows{'; ' + sampled if sampled else ''}. Dependencies are verified on every row."
    private = "Values of columns that name a row or a person, and free text, are not shown."
    return Section("read", "How to read this", "", join([paragraph(words), paragraph(private)]))
