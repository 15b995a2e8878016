"""How good the network is: every metric with its interval, beside the rivals on the same rows and inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.chart import COLOURS, short
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
    tag,
)
from thalweg.evaluation.pages.marks import interval, scale
from thalweg.evaluation.wording import count, decimal, duration, metric, model, plural
from thalweg.evaluation.wording import interval as in_words

KINDS = {"better": "good", "worse": "bad", "no clear difference": None}


def section(report: Mapping[str, Any]) -> Section | None:
    """One block for each output."""
    outputs = report.get("outputs")
    if not outputs:
        return None
    several = len(outputs) > 1
    body = [part for name, judged in shown(outputs) for part in _output(name, judged, several)]
    lead = "Judged on the test rows, which neither training nor the choice of the epoch has seen."
    return Section("verdict", "How good it is", lead, join(body))


def _output(name: str, judged: Mapping[str, Any], several: bool) -> list[Html | None]:
    return [
        subtitle(join(["Output ", code(name)])) if several else None,
        _models(judged),
        _metrics(judged),
        _rivals(judged),
        _limits(judged),
    ]


def _models(judged: Mapping[str, Any]) -> Html:
    """The metric that counts, model by model on one scale."""
    name = judged["monitor"]["metric"]
    found = {key: each["test"][name] for key, each in judged["models"].items()}
    on = scale([end for each in found.values() for end in (each["low"], each["value"], each["high"])], 0.1)
    best = found["network"]["value"]
    rows = [
        (short(key), interval(each, on, COLOURS.get(key, "var(--ink)"), best), in_words(each))
        for key, each in found.items()
    ]
    return table(("model", f"{metric(name)}, 95% interval", metric(name)), rows, 1)


def _metrics(judged: Mapping[str, Any]) -> Html:
    models, better = judged["models"], judged["better"]
    rivals = list(judged["differences"])
    head = ["metric", "network", *(short(rival) for rival in rivals)]
    head += [f"network − {short(rival)}" for rival in rivals]
    head.append("on validation")
    rows = []
    for name in models["network"]["test"]:
        differences = [judged["differences"][rival][name] for rival in rivals]
        row = [
            join([metric(name), tag("small", _arrow(better.get(name)))]),
            *(_value(models[key]["test"][name]) for key in ("network", *rivals)),
            *(_difference(each) for each in differences),
            decimal(models["network"]["validation"].get(name)),
        ]
        rows.append(row)
    return table(head, rows)


def _arrow(better: str | None) -> str:
    return {"higher": " ↑", "lower": " ↓"}.get(better or "", "")


def _value(found: Mapping[str, Any], signed: bool = False) -> Html:
    whole = in_words(found, signed)
    value, _, bounds = whole.partition(" ")
    return join([tag("b", value), tag("small", bounds) if bounds else None])


def _difference(found: Mapping[str, Any]) -> Html | None:
    if found["verdict"] is None and not found["value"]:
        return None  # a number that no model changes, such as the share of positive rows
    return join([_value(found, signed=True), _verdict(found["verdict"])])


def _verdict(words: str | None) -> Html | None:
    return tag("small", words, class_=KINDS[words]) if words else None


def _rivals(judged: Mapping[str, Any]) -> Html | None:
    """How the rivals were trained, so that the comparison can be judged too."""
    lines = []
    for name, found in judged["models"].items():
        facts = found["facts"]
        if not facts:
            continue
        words = f"{model(name)}: {plural(facts['rows'], 'training row')}"
        words += f" of {count(facts['of'])}" if facts["of"] > facts["rows"] else ""
        if "trees" in facts:
            still = ", still improving" if facts["trees"] == facts["most_trees"] else ""
            words += f", {plural(facts['trees'], 'tree')} chosen on the validation rows{still}"
        if facts.get("converged") is False:
            words += ", not converged"
        lines.append(tag("li", f"{words}, {duration(facts.get('seconds'))}"))
    return details("How the rivals were trained", tag("ul", *lines)) if lines else None


def _limits(judged: Mapping[str, Any]) -> Html | None:
    rows = judged["rows"]
    if rows["judged"] == rows["test"]:
        return None
    return paragraph(f"Judged on {count(rows['judged'])} of {count(rows['test'])} test rows.", class_="note")
