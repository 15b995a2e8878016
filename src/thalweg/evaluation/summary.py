"""What was learnt, in a few sentences: for the terminal, and for the head of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.wording import count, decimal, interval, listed, metric, model, plural, share

MOST_IMPORTANT = 3


def sentences(report: Mapping[str, Any]) -> list[str]:
    """How good the network is and against what, what it goes by, where it is worst, rows set aside."""
    told = []
    for output, judged in report.get("outputs", {}).items():
        told += [achieved(output, judged), *(comparison(name, judged) for name in judged["differences"])]
        told += [sentence for sentence in (inputs(output, report), worst(judged)) if sentence]
    told += [sentence for sentence in (set_aside(report), repeated(report)) if sentence]
    return told


def achieved(output: str, judged: Mapping[str, Any]) -> str:
    """The metric that chose the network, with its interval."""
    name = judged["monitor"]["metric"]
    rows = plural(judged["rows"]["judged"], "test row")
    found = judged["models"]["network"]["test"][name]
    if found["value"] is None:
        return f"{output}: {metric(name)} is not defined on the {rows}, such as where they are of one class."
    return f"{output}: the network reaches {metric(name)} {interval(found)} on {rows}."


def answer(output: str, judged: Mapping[str, Any]) -> str:
    """The metric and the first rival in one sentence, for the head of the report."""
    name = judged["monitor"]["metric"]
    reached = achieved(output, judged).removesuffix(".")
    for rival, differences in judged["differences"].items():
        difference = differences[name]
        by = interval(difference, signed=True)
        than = f"{model(rival)} on the same rows and inputs"
        return {
            "better": f"{reached}: better than {than}, by {by}.",
            "worse": f"{reached}. It does not beat {than}: {by}.",
            "no clear difference": f"{reached}: no clear difference from {than}, {by}.",
        }.get(difference["verdict"], f"{reached}.")
    return f"{reached}."


def comparison(rival: str, judged: Mapping[str, Any]) -> str:
    """Whether the network is better than a rival on the same rows: never more than the interval allows."""
    name = judged["monitor"]["metric"]
    difference, theirs = judged["differences"][rival][name], judged["models"][rival]["test"][name]
    against = f"{model(rival)} on the same rows and inputs ({metric(name)} {decimal(theirs['value'])})"
    by = interval(difference, signed=True)
    if difference["verdict"] == "better":
        return f"It is better than {against} by {by}."
    if difference["verdict"] == "worse":
        return f"It does not beat {against}: it is worse, by {by}."
    if difference["verdict"] == "no clear difference":
        return f"There is no clear difference from {against}: {by}."
    return f"It can't be told whether it is better than {against}: there are too few rows, or too few of a class."


def inputs(output: str, report: Mapping[str, Any]) -> str | None:
    """The columns whose shuffling costs most."""
    found = report.get("importance", {}).get("outputs", {}).get(output, [])
    counting = [each for each in found if each["low"] > 0][:MOST_IMPORTANT]
    if not found:
        return None
    if not counting:
        return "No single input matters: shuffling any one of them changes nothing."
    return f"It goes most by {listed([each['column'] for each in counting])}."


def worst(judged: Mapping[str, Any]) -> str | None:
    """The slice that is worse than the whole by more than chance, if there is one."""
    sign = 1 if judged["monitor"]["better"] == "higher" else -1
    clear = [
        (sign * each["value"], cut["column"], each)
        for cut in judged["slices"]
        for each in cut["slices"]
        if each["worse"]
    ]
    if not clear:
        return "No slice is clearly worse than the whole." if judged["slices"] else None
    _, column, each = min(clear, key=lambda found: found[:2])
    name, rows = metric(judged["monitor"]["metric"]), plural(each["rows"], "row")
    return f"It is worst where {column} is {each['slice']}: {name} {interval(each)} on {rows}."


def set_aside(report: Mapping[str, Any]) -> str | None:
    """How many rows were quarantined, of how many."""
    totals = report.get("rows", {}).get("totals")
    if not totals:
        return None
    if not totals["quarantined"]:
        return f"Of {plural(totals['in'], 'row')} read, none had to be quarantined."
    part = share(totals["quarantined"], totals["in"])
    return f"{count(totals['quarantined'])} of {plural(totals['in'], 'row')} read ({part}) are in quarantine."


def repeated(report: Mapping[str, Any]) -> str | None:
    """A word of warning where test rows were seen in training."""
    found = report.get("leakage", {}).get("duplicates")
    if not found or found["share"] < 0.01:
        return None
    part = share(found["duplicates"], found["rows"])
    return f"Take care: {part} of the test rows have inputs that were seen in training."
