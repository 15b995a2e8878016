"""Where the network is worse than elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.chart import short
from thalweg.evaluation.pages.html import Html, Section, chip, code, join, paragraph, shown, subtitle, table
from thalweg.evaluation.pages.marks import interval, scale
from thalweg.evaluation.summary import worst
from thalweg.evaluation.wording import count, decimal, metric
from thalweg.evaluation.wording import interval as in_words

CUTS = 12  # columns shown
RANKING = (
    "A metric that ranks is often lower inside a slice than over all rows: there, the column itself tells nothing "
    "apart. The rivals on the same slice are the fairer measure."
)


def section(report: Mapping[str, Any]) -> Section | None:
    """Each slicing column of each output, worst slice first."""
    outputs = {name: judged for name, judged in report.get("outputs", {}).items() if judged["slices"]}
    if not outputs:
        return None
    body, several = [], len(outputs) > 1
    for name, cut in [(name, cut) for name, judged in shown(outputs) for cut in judged["slices"]][:CUTS]:
        of = [" · ", code(name)] if several else []
        body += [subtitle(join(["by ", code(cut["column"]), *of])), _table(cut)]
    if any("auc" in cut["metric"] for _, judged in shown(outputs) for cut in judged["slices"]):
        body.append(paragraph(RANKING, class_="note"))
    lead = " ".join(filter(None, (worst(judged) for _, judged in shown(outputs))))
    return Section("slices", "Where it is worse", lead, join(body))


def _table(cut: Mapping[str, Any]) -> Html:
    overall, found = cut["overall"], cut["slices"]
    on = scale([each[key] for each in (*found, overall) for key in ("low", "value", "high")])
    rivals = list(dict.fromkeys(name for each in found for name in each["rivals"]))
    rows = [
        (
            each["slice"],
            interval(each, on, "var(--bad)" if each["worse"] else "var(--network)", overall["value"]),
            chip("worse", "bad") if each["worse"] else "",
            count(each["rows"]),
            in_words(each),
            *(decimal(each["rivals"].get(rival)) for rival in rivals),
        )
        for each in found
    ]
    name = metric(cut["metric"])
    return table(
        (cut["column"], f"{name}; line: all rows", "", "rows", name, *(short(r) for r in rivals)),
        rows,
        2 + len(rivals),
    )
