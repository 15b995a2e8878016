"""What the report shows of cleaning, read as a reader sees it: every change, merge, drop and row put in."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from thalweg.clean.run import clean
from thalweg.core.ledger import Entry
from thalweg.evaluation.facts import Facts
from thalweg.evaluation.pages.cleaning import section, visible
from thalweg.evaluation.pages.page import page
from thalweg.evaluation.report import assemble

STEPS: list[Any] = [
    {"text": {"note": ["trim", "empty_to_null"]}},
    {"types": {"at": "timestamp", "temp": {"to": "number", "else": None}}},
    {"missing": {"station": "drop"}},
    {"duplicates": ["station", "at"]},
    {"expect": {"temp": {"between": [-50, 60]}}},
    {"gaps": {"time": "at", "every": "1 hour", "by": "station"}},
]
COLUMNS: dict[str, Any] = {
    "station": ["a", "a", "a", "a", None, "<b>", "a"],
    "at": [
        *(f"2024-01-01 0{hour}:00" for hour in (0, 1, 1, 4)),
        *["2024-01-01 00:00"] * 2,
        "2024-01-01 05:00",
    ],
    "temp": ["1.5", "2", "2", "n/a", "3", "4", "999"],
    "note": [" ok", "ok ", "fine", "", "x", "<i>", "hot"],
}


class Shown(HTMLParser):
    """The tables of a page as lists of lines, and the headings, summaries and paragraphs, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.words: list[str] = []
        self.within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag in ("h2", "h3", "summary", "p", "li"):
            self.words.append("")
        if tag == "small":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop() == tag
        if tag == "small":
            self.handle_data(": ")

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.within):
            self.tables[-1][-1][-1] += data
        elif {"h2", "h3", "summary", "p", "li"} & set(self.within):
            self.words[-1] += data


@pytest.fixture
def entries(make_table: Callable[..., Any]) -> list[Entry]:
    return clean(make_table("weather", COLUMNS), STEPS).entries


def report(entries: list[Entry], **cleaning: Any) -> dict[str, Any]:
    ledger = [entry.model_dump(mode="json") for entry in entries]
    return assemble(Facts(name="dirty", table=entries[0].table, ledger=ledger, cleaning=cleaning), {})


def test_every_change_is_counted_and_shown_before_and_after(entries: list[Entry]) -> None:
    found = section(report(entries))
    assert found is not None
    assert found.lead == "6 cells changed in 2 columns; 1 row merged, 1 dropped, 2 put in."
    changes, dropped, merged = Shown(found.body).tables
    assert changes == [
        ["table", "column", "step", "such as", "cells", "of its rows"],
        ["weather", "note", "text", " row 0: ␣ok → ok row 1: ok␣ → ok row 3: empty → missing", "3", "42.9%"],
        ["weather", "temp", "types", " row 3: n/a → missing", "1", "14.3%"],
        ["weather", "temp", "gaps", " row 3: missing → 2.0", "1", "25.0%"],
        ["weather", "note", "gaps", " row 3: missing → ok", "1", "25.0%"],
    ]
    assert merged == [
        ["row", "merged into", "station", "at", "temp", "note"],
        ["2", "1", "a", "2024-01-01 01:00:00", "2.0", "fine"],
    ]
    assert dropped == [
        ["row", "station", "at", "temp", "note"],
        ["4", "missing", "2024-01-01 00:00:00", "3.0", "x"],
    ]


def test_what_the_page_counts_is_what_the_account_counts(entries: list[Entry]) -> None:
    found = section(report(entries))
    assert found is not None
    changes = Shown(found.body).tables[0][1:]
    assert sum(int(line[4]) for line in changes) == sum(sum(entry.changed.values()) for entry in entries)
    words = [word for word in Shown(found.body).words if "row" in word.lower()]
    assert words == [
        "Rows merged and dropped",
        "station is missing 1 row dropped missing · weather",
        "same station, at as a row that was kept 1 row merged duplicates · weather",
        "Rows put in by gaps 2 rows weather",
    ]
    assert sum(entry.quarantined for entry in entries) == 1  # told with the whole row in a section of its own


def test_values_are_shown_and_never_run(make_table: Callable[..., Any]) -> None:
    evil = "<script>alert(1)</script>"
    cleaned = clean(make_table(evil, {evil: [f"{evil} ", "b"]}), [{"text": "trim"}])
    whole = page(report(cleaned.entries, **{evil: {"steps": [{}], "log": [evil]}}))
    assert evil not in whole
    shown = Shown(whole[whole.index('<section id="cleaning"') : whole.index("</main>")])
    assert shown.tables[0][1][:4] == [evil, evil, "text", f" row 0: {evil}␣ → {evil}"]
    assert evil in shown.words


def test_without_a_change_there_is_no_section(make_table: Callable[..., Any]) -> None:
    assert section(report(clean(make_table("t", {"a": ["x"]}), [{"text": "trim"}]).entries)) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a b", "a b"),
        (" a  b ", "␣a␣␣b␣"),
        ("  ", "␣␣"),
        ("x\u200by\t", "x⟨U+200B⟩y⟨U+0009⟩"),
        ("\ufeff深\u3000泓\u00a0", "⟨U+FEFF⟩深⟨U+3000⟩泓⟨U+00A0⟩"),
        ("é👍", "é👍"),
    ],
)
def test_what_cant_be_seen_is_made_visible(value: str, shown: str) -> None:
    assert visible(value) == shown


def test_more_than_the_page_has_room_for_is_told(make_table: Callable[..., Any]) -> None:
    wide = {f"c{number}": [" x"] for number in range(103)}
    found = section(report(clean(make_table("t", wide), [{"text": "trim"}]).entries))
    assert found is not None
    assert len(Shown(found.body).tables[0]) == 101
    assert "and 3 more columns, in report.json" in Shown(found.body).words
