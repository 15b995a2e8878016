"""Where the rows went: the account, as a flow and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.evaluation.pages.chart import chart, label
from thalweg.evaluation.pages.html import Html, Section, code, details, join, table, tag
from thalweg.evaluation.wording import count, plural, share

FATES = ("merged", "dropped", "quarantined")
COLOURS = {"merged": "var(--series-5)", "dropped": "var(--trees)", "quarantined": "var(--bad)"}
VERBS = {"sources": "read", "clean": "cleaned", "integrate": "brought together", "dataset": "encoded"}
STYLE = {"valueformat": ",d", "textfont": {"color": "var(--ink)", "shadow": "none"}}
LOSSES = 8  # that the flow names one by one
ENTRIES = 150


def section(report: Mapping[str, Any]) -> Section | None:
    """The account of the main table's rows, then of all tables."""
    rows = report.get("rows")
    if not rows:
        return None
    totals, entries = rows["totals"], rows["entries"]
    main = report.get("table", entries[0]["table"])
    chain = [entry for entry in entries if entry["table"] == main]
    parts = report.get("split", {}).get("parts", [])
    body = [
        _band(totals),
        chart(f"The course of the rows of {main}", [_flow(main, chain, parts)], 360, wide=True),
    ]
    body += [_losses(entries), details(f"Every step, all tables ({len(entries)})", _steps(entries))]
    return Section("rows", "Where the rows went", _lead(main, totals), join(body))


def _lead(main: str, totals: Mapping[str, int]) -> str:
    lost = [f"{count(totals[fate])} {fate}" for fate in FATES if totals[fate]]
    words = f": {', '.join(lost)}" if lost else ""
    gone = totals["in"] - totals["kept"]
    came = f"{plural(totals['in'], 'row')} of {main} came in"
    if not gone:
        return f"{came}, and all were kept."
    return f"{came}, {share(totals['kept'], totals['in'])} were kept; {plural(gone, 'row')} left{words}. It adds up."


def _band(totals: Mapping[str, int]) -> Html:
    """One bar of the whole, divided by what became of it."""
    whole = max(totals["in"], 1)
    pieces = [
        tag(
            "i",
            style=f"flex:{totals[fate] / whole:.6f} 0 {'3px' if totals[fate] else '0'};background:{colour}",
        )
        for fate, colour in {"kept": "var(--network)", **COLOURS}.items()
    ]
    names = [
        tag("span", tag("i", style=f"background:{colour}"), f"{fate} ", tag("b", count(totals[fate])))
        for fate, colour in {"kept": "var(--network)", **COLOURS}.items()
    ]
    return join([tag("div", *pieces, class_="band", aria_hidden="true"), tag("div", *names, class_="legend")])


class _Nodes:
    """Nodes and links of a flow, in the order in which they are met."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.colours: list[str] = []
        self.links: list[tuple[int, int, int, str]] = []

    def node(self, words: str, rows: int, colour: str) -> int:
        self.labels.append(f"{label(words, 34)}  {count(rows)}")
        self.colours.append(colour)
        return len(self.labels) - 1

    def link(self, source: int, goal: int, rows: int, colour: str) -> None:
        if rows > 0:
            self.links.append((source, goal, rows, colour))

    def trace(self) -> dict[str, Any]:
        sources, goals, rows, colours = ([link[i] for link in self.links] for i in range(4))
        node = {"label": self.labels, "color": self.colours, "pad": 18, "thickness": 14, "line": {"width": 0}}
        link = {"source": sources, "target": goals, "value": rows, "color": colours}
        return {
            "type": "sankey",
            "arrangement": "snap",
            "node": node,
            "link": link,
            **STYLE,
        }


def _flow(
    main: str, chain: Sequence[Mapping[str, Any]], parts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """From the source through each stage to the parts of the split; each large loss by its reason."""
    nodes = _Nodes()
    named = sorted(_reasons(chain), key=lambda reason: -reason[2]["rows"])[:LOSSES]
    large = {id(reason) for _, _, reason in named}
    here = nodes.node(main, chain[0]["rows_in"], "var(--network)")
    for stage in dict.fromkeys(entry["stage"] for entry in chain):
        steps = [entry for entry in chain if entry["stage"] == stage]
        if not any(entry["rows_in"] - entry["kept"] or entry["added"] for entry in steps):
            continue  # nothing happened to the rows: one picture less to read
        out = steps[-1]["kept"] + steps[-1]["added"]
        after = nodes.node(_verb(stage), out, "var(--network)")
        added = sum(entry["added"] for entry in steps)
        nodes.link(here, after, out - added, "var(--flow)")
        if added > 0:
            nodes.link(nodes.node("added", added, "var(--good)"), after, added, "var(--flow)")
        _leave(nodes, here, steps, large)
        here = after
    for part in parts:
        nodes.link(
            here, nodes.node(part["name"], part["rows"], "var(--series-2)"), part["rows"], "var(--flow)"
        )
    return nodes.trace()


def _verb(stage: str) -> str:
    return VERBS.get(stage, stage)


def _leave(nodes: _Nodes, here: int, steps: Sequence[Mapping[str, Any]], large: set[int]) -> None:
    """Links to what became of the rows that left in a stage."""
    rest = dict.fromkeys(FATES, 0)
    for _, _, reason in _reasons(steps):
        if id(reason) not in large:
            rest[reason["fate"]] += reason["rows"]
            continue
        words = f"{reason['fate']}: {reason['rule']}"
        goal = nodes.node(words, reason["rows"], COLOURS[reason["fate"]])
        nodes.link(here, goal, reason["rows"], "var(--loss)")
    for fate, rows in rest.items():
        if rows:
            nodes.link(here, nodes.node(f"{fate}: other reasons", rows, COLOURS[fate]), rows, "var(--loss)")


def _reasons(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(entry["table"], entry["step"], reason) for entry in entries for reason in entry["reasons"]]


def _losses(entries: Sequence[Mapping[str, Any]]) -> Html | None:
    found = sorted(_reasons(entries), key=lambda reason: -reason[2]["rows"])[:ENTRIES]
    if not found:
        return None
    rows = [
        (code(name), step, reason["rule"], reason["fate"], count(reason["rows"]))
        for name, step, reason in found
    ]
    return table(("table", "step", "rule", "fate", "rows"), rows, 1)


def _steps(entries: Sequence[Mapping[str, Any]]) -> Html:
    head = ("stage", "table", "step", "in", "kept", "merged", "dropped", "quarantined", "added")
    rows = [
        (
            entry["stage"],
            code(entry["table"]),
            entry["step"],
            *(count(entry[key]) for key in ("rows_in", "kept", *FATES, "added")),
        )
        for entry in entries[:ENTRIES]
    ]
    return table(head, rows, 6)
