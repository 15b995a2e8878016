"""The model card of a bundle: what it answers, how well, from what, and how to use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def card(report: Mapping[str, Any]) -> str:
    """Markdown from a report, after Mitchell et al., Model Cards for Model Reporting (2019)."""
    parts = [
        f"# {report['name']}",
        report.get("question", ""),
        "## How well",
        "\n".join(f"- {sentence}" for sentence in report["sentences"]),
        *(_metrics(name, judged) for name, judged in report["outputs"].items()),
        "## Rows",
        _rows(report),
        "## Inputs",
        _inputs(report),
        "## Use",
        "    thalweg predict FOLDER_OF_THIS_FILE DATA --output answers.parquet",
        'In Python: `thalweg.load("FOLDER_OF_THIS_FILE").predict(frame)`. The data needs the columns above, as they '
        "were after cleaning and joining. Values never seen in training count as unknown and are reported.",
        "## Limits",
        "The figures hold for rows like the test rows. They say nothing of other times, places or populations.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _metrics(name: str, judged: Mapping[str, Any]) -> str:
    models = judged["models"]
    metrics = list(models["network"]["test"])
    head = f"| {name}, test rows | {' | '.join(models)} |\n|---|{'---:|' * len(models)}"
    lines = [
        f"| {metric} | {' | '.join(_figure(models[model], metric) for model in models)} |"
        for metric in metrics
    ]
    return "\n".join([head, *lines])


def _figure(model: Mapping[str, Any], metric: str) -> str:
    found = model["test"].get(metric, {})
    value = found.get("value")
    return "–" if value is None else f"{value:.4f}"


def _rows(report: Mapping[str, Any]) -> str:
    totals = report.get("rows", {}).get("totals", {})
    told = ", ".join(f"{rows:,} {fate}" for fate, rows in totals.items())
    return f"{told}. Split: {report.get('split', {}).get('how', 'unknown')}."


def _inputs(report: Mapping[str, Any]) -> str:
    used = report.get("inputs", {}).get("used", [])
    return "\n".join(f"- `{one['column']}` ({one['type']}, as {one['kind']}){_mined(one)}" for one in used)


def _mined(one: Mapping[str, Any]) -> str:
    columns = ", ".join(f"`{name}`" for name in one.get("mined_from", ()))
    return f", not of the data but mined of {columns}" if columns else ""
