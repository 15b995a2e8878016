"""The head of the page: the question, the answer in a sentence, the figures that count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.chart import short
from thalweg.evaluation.pages.html import Html, code, join, tag
from thalweg.evaluation.summary import answer
from thalweg.evaluation.wording import count, decimal, duration, metric, plural, share, size

OUTPUTS = 3  # that the head speaks of


def head(report: Mapping[str, Any]) -> Html:
    """The title block."""
    outputs = report.get("outputs", {})
    return tag(
        "header",
        water(),
        tag("p", f"Thalweg · {report.get('name', 'a run')}", class_="kicker"),
        tag("h1", _question(report)),
        *(
            tag("p", answer(name, judged), class_="answer")
            for name, judged in list(outputs.items())[:OUTPUTS]
        ),
        tag("div", *_figures(report), class_="figures"),
    )


def _question(report: Mapping[str, Any]) -> Html:
    if report.get("question"):
        return join([report["question"]])
    outputs = report.get("outputs", {})
    if len(outputs) != 1:
        return join([f"What can be told of {plural(len(outputs), 'output')}?"])
    ((name, judged),) = outputs.items()
    shape, classes = judged["outcome"], judged["classes"] or []
    if shape == "value":
        return join(["How much is ", code(name), "?"])
    if shape not in ("classes", "two classes"):
        return join(["What can be told of ", code(name), "?"])
    if shape == "classes":
        return join([f"Which of {count(len(classes))} is ", code(name), "?"])
    return join(["Is ", code(name), " ", code(classes[1]), "?"])


def _figures(report: Mapping[str, Any]) -> list[Html]:
    figures = []
    for judged in list(report.get("outputs", {}).values())[:1]:
        figures += _of_output(judged)
    totals = report.get("rows", {}).get("totals")
    if totals:
        kept = f"{share(totals['kept'], totals['in'])} kept, {count(totals['quarantined'])} in quarantine"
        figures.append(_figure(count(totals["in"]), "rows came in", kept))
    stages = report.get("provenance", {}).get("stages") or []
    if stages:
        memory = max((stage.get("peak_memory") or 0 for stage in stages), default=0)
        seconds = sum(stage.get("seconds") or 0 for stage in stages)
        figures.append(
            _figure(duration(seconds), "for the whole run", f"{size(memory)} at most" if memory else "")
        )
    return figures


def _of_output(judged: Mapping[str, Any]) -> list[Html]:
    name = judged["monitor"]["metric"]
    found = judged["models"]["network"]["test"][name]
    bounds = (
        f"between {decimal(found['low'])} and {decimal(found['high'])}" if found["low"] is not None else ""
    )
    figures = [_figure(decimal(found["value"]), metric(name), bounds)]
    for rival, differences in list(judged["differences"].items())[:1]:
        difference = differences[name]
        verdict = difference["verdict"] or "can't be told"
        against = f"{metric(name)} against {short(rival)}"
        kind = {"better": "good", "worse": "bad"}.get(verdict)
        figures.append(_figure(decimal(difference["value"], signed=True), against, verdict, kind))
    return figures


def _figure(value: str, what: str, note: str, kind: str | None = None) -> Html:
    return tag("div", tag("b", value), tag("span", what), tag("small", note, class_=kind), class_="figure")


def water() -> Html:
    """Depth lines of a river, one below the other."""
    lines = [
        tag(
            "path",
            d=f"M-20 {y} C 180 {y - 46 + i * 5}, 330 {y + 58 - i * 3}, 560 {y + 4} "
            f"S 980 {y - 52 + i * 6}, 1260 {y + 8}",
        )
        for i, y in enumerate(range(40, 330, 24))
    ]
    return tag(
        "svg", *lines, class_="water", viewBox="0 0 1200 340", preserveAspectRatio="none", aria_hidden="true"
    )
