"""What may make the judgement too kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, chip, code, join, tag
from thalweg.evaluation.wording import count, decimal, metric, plural, share

MANY = 0.01  # share of the test rows seen in training that calls for care
COLUMNS = 100


def section(report: Mapping[str, Any]) -> Section | None:
    """Columns left out for their descent, suspects, rows seen before."""
    leaks, duplicates = report.get("leaks", {}), report.get("leakage", {}).get("duplicates")
    if not leaks and not duplicates:
        return None
    checks = [
        _derived(leaks["derived"]) if "derived" in leaks else None,
        _suspects(leaks["suspects"]) if "suspects" in leaks else None,
        _duplicates(duplicates) if duplicates else None,
    ]
    lead = "A judgement is worth as much as the test rows are new. What was checked:"
    return Section(
        "leakage", "Is it too good to be true?", lead, tag("ul", *filter(None, checks), class_="checks")
    )


def _derived(derived: list[Mapping[str, Any]]) -> Html:
    if not derived:
        return _check("good", "no input is what the target was derived from")
    names = join(
        [
            part
            for each in derived[:COLUMNS]
            for part in (code(each["column"]), " (", code(each["target"]), ") ")
        ]
    )
    return _check("good", "left out, because the target was derived from them: ", names)


def _suspects(suspects: list[Mapping[str, Any]]) -> Html:
    if not suspects:
        return _check("good", "no single input predicts the target suspiciously well")
    parts: list[Any] = []
    for each in suspects[:COLUMNS]:
        value = f", {metric(each['metric'])} {decimal(each['value'])} " if each.get("metric") else " "
        parts += [code(each["column"]), f" for {each['target']}{value}"]
    advice = "If they are not known when the question is asked, name them in model.exclude."
    return _check("bad", "inputs that alone predict the target suspiciously well: ", join(parts), advice)


def _duplicates(found: Mapping[str, Any]) -> Html:
    rows = f"{plural(found['duplicates'], 'test row')} of {count(found['rows'])}"
    part = f" ({share(found['duplicates'], found['rows'])})" if found["duplicates"] else ""
    compared = f", compared with {plural(found['training_rows'], 'training row')}"
    compared += (
        f" of {count(found['training_total'])}" if found["training_total"] > found["training_rows"] else ""
    )
    kind = "bad" if found["share"] >= MANY else "good"
    words = f"{rows} have exactly the inputs of a training row{part}{compared}."
    advice = " Are rows repeated, or divided at random though they belong together? See dataset.split."
    return _check(kind, words + (advice if kind == "bad" else ""))


def _check(kind: str, *words: Any) -> Html:
    return tag("li", chip({"good": "✓", "bad": "!"}[kind], kind), tag("span", *words))
