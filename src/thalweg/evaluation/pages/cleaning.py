"""What cleaning changed: cells before and after, rows merged and dropped, rows put in, and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, chip, code, details, join, subtitle, table, tag
from thalweg.evaluation.wording import count, plural, share

CHANGES, RULES, LINES, TABLES = 100, 20, 30, 10
LONGEST = 300  # characters of a line
Entry = Mapping[str, Any]


def section(report: Mapping[str, Any]) -> Section | None:
    """Cells changed by table, step and column, and rows that left by a step, a few of each shown; what `auto` proposed,
    with its reasons."""
    every = report.get("rows", {}).get("entries", [])
    changes = [(each, name, cells) for each in every for name, cells in each["changed"].items() if cells]
    entries = [each for each in every if each["stage"] == "clean"]
    left = [
        (each, reason) for each in entries for reason in each["reasons"] if reason["fate"] != "quarantined"
    ]
    added = [each for each in entries if each["added"]]
    proposed = {name: found["log"] for name, found in report.get("cleaning", {}).items() if found.get("log")}
    if not (changes or left or added or proposed):
        return None
    body = [
        _changes(changes) if changes else None,
        _left(left) if left else None,
        *(_added(each) for each in added[:TABLES]),
        *(_log(name, log) for name, log in list(proposed.items())[:TABLES]),
    ]
    return Section("cleaning", "What cleaning changed", _lead(changes, left, added), join(body))


def _lead(
    changes: Sequence[tuple[Entry, str, int]], left: Sequence[tuple[Entry, Mapping]], added: Sequence[Entry]
) -> str:
    """Such as `7 cells changed in 1 column; 10 rows merged, 36 dropped.`"""
    columns = {(entry["table"], name) for entry, name, _ in changes}
    cells = sum(cells for _, _, cells in changes)
    told = (
        f"{plural(cells, 'cell')} changed in {plural(len(columns), 'column')}" if cells else "No cell changed"
    )
    rows = {
        fate: sum(reason["rows"] for _, reason in left if reason["fate"] == fate)
        for fate in ("merged", "dropped")
    }
    rows["put in"] = sum(entry["added"] for entry in added)
    gone = [(fate, number) for fate, number in rows.items() if number]
    words = [f"{plural(n, 'row') if not place else count(n)} {fate}" for place, (fate, n) in enumerate(gone)]
    return f"{told}; {', '.join(words)}." if words else f"{told}."


def _changes(changes: Sequence[tuple[Entry, str, int]]) -> Html:
    """A line for each column that a step changed, in the order of the steps, with up to three of its cells."""
    most = sorted(range(len(changes)), key=lambda place: -changes[place][2])[:CHANGES]
    rows = [
        (
            code(entry["table"]),
            code(name),
            entry["step"],
            _pairs([one for one in entry["notes"].get("examples", []) if one["column"] == name]),
            count(cells),
            share(cells, entry["rows_in"]),
        )
        for entry, name, cells in (changes[place] for place in sorted(most))
    ]
    more = len(changes) - len(rows)
    note = f"and {plural(more, 'more column')}, in report.json" if more > 0 else None
    head = ("table", "column", "step", "such as", "cells", "of its rows")
    return join([table(head, rows, 2), tag("p", note, class_="note") if note else None])


def _pairs(examples: Sequence[Mapping[str, Any]]) -> Html:
    """Cells before and after, each with its row; what is the same is shown once."""
    first = {(one["before"], one["after"]): one["row"] for one in reversed(examples)}
    return join(
        tag(
            "div",
            tag("small", f"row {count(row)}"),
            tag("span", _cell(before), " → ", _cell(after)),
            class_="pair",
        )
        for (before, after), row in sorted(first.items(), key=lambda pair: pair[1])
    )


def _left(left: Sequence[tuple[Entry, Mapping[str, Any]]]) -> Html:
    """A block for each rule by which rows were merged or dropped, most rows first, with up to three of them."""
    most = sorted(left, key=lambda found: -found[1]["rows"])
    blocks = [_rule(entry, reason) for entry, reason in most[:RULES]]
    if len(most) > RULES:
        blocks.append(
            tag("p", f"and {plural(len(most) - RULES, 'more rule')}, in report.json", class_="note")
        )
    return join([subtitle("Rows merged and dropped"), *blocks])


def _rule(entry: Entry, reason: Mapping[str, Any]) -> Html:
    rows = plural(reason["rows"], "row")
    title = join(
        [
            f"{reason['rule']} ",
            chip(f"{rows} {reason['fate']}", "plain"),
            f" {entry['step']} · ",
            code(entry["table"]),
        ]
    )
    said = (reason["fate"], reason["rule"])
    shown = [one for one in entry["notes"].get("rows left", []) if (one["fate"], one["rule"]) == said]
    if not shown:
        return tag("p", title)
    names = list(shown[0]["cells"])
    merged = any("into" in one for one in shown)
    lines = [
        [
            count(one["row"]),
            *([count(one.get("into"))] if merged else []),
            *(_cell(one["cells"].get(name)) for name in names),
        ]
        for one in shown
    ]
    return details(title, table(["row", *(["merged into"] if merged else []), *names], lines, 0))


def _added(entry: Entry) -> Html:
    title = [f"Rows put in by {entry['step']} ", chip(plural(entry["added"], "row"), "plain"), " "]
    return tag("p", *title, code(entry["table"]))


def _cell(value: str | None) -> Html:
    """A value as it is, with what can't be seen made visible."""
    if value is None:
        return tag("i", "missing")
    return code(visible(value)) if value else tag("i", "empty")


def visible(value: str) -> str:
    """A text whose blanks at its ends, runs of blanks, and signs without shape can be seen: `a  b ` as `a␣␣b␣`."""
    ends = len(value) - len(value.lstrip(" ")), len(value.rstrip(" "))
    letters = []
    for place, letter in enumerate(value):
        if letter != " ":
            letters.append(_seen(letter))
            continue
        alone = value[place - 1 : place] != " " and value[place + 1 : place + 2] != " "
        letters.append(" " if alone and ends[0] <= place < ends[1] else "␣")
    return "".join(letters)


def _seen(letter: str) -> str:
    """A sign without shape, or a blank other than the space, as its code."""
    if letter.isprintable() and unicodedata.category(letter) not in ("Cf", "Zs"):
        return letter
    return f"⟨U+{ord(letter):04X}⟩"


def _log(name: str, log: Sequence[str]) -> Html:
    lines = [tag("li", line[:LONGEST]) for line in log[:LINES]]
    if len(log) > LINES:
        lines.append(tag("li", f"and {len(log) - LINES} more, in report.json"))
    return details(f"Proposed for {name}, and why ({len(log)})", tag("ul", *lines))
