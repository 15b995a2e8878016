"""How the network learnt, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.chart import SERIES, axis, chart, label, lines
from thalweg.evaluation.pages.html import Html, Section, columns, details, join, table, tag
from thalweg.evaluation.wording import count, decimal, duration, metric, plural, sentence

POINTS = 300  # of a curve
CURVES = 5  # outputs whose metric is drawn


def section(report: Mapping[str, Any]) -> Section | None:
    """Loss of training and validation, metrics of validation, and the settings."""
    training = report.get("training")
    if not training or not training.get("history"):
        return None
    history, best = _thinned(training["history"]), training.get("best_epoch")
    figures = columns(_losses(history, best), *_metrics(history, best, report.get("outputs", {})))
    body = [
        figures,
        _facts(training),
        details("Settings of the network and of training", _settings(training)),
    ]
    return Section("training", "How it learnt", _lead(training), join(body))


def _lead(training: Mapping[str, Any]) -> str:
    words = plural(len(training["history"]), "epoch")
    if training.get("seconds") is not None:
        words += f" in {duration(training['seconds'])}"
    if training.get("best_epoch") is not None:
        words += f"; the best was epoch {training['best_epoch']}"
    return f"{words}. {sentence(str(training.get('stopped') or ''))}".strip()


def _thinned(history: list[Any]) -> list[Any]:
    """Evenly spaced epochs, where there are more than can be seen."""
    step = -(-len(history) // POINTS)
    return history[::step]


def _losses(history: list[Mapping[str, Any]], best: int | None) -> Html:
    epochs = [each["epoch"] for each in history]
    named = {"loss": "training", "validation_loss": "validation"}
    traces = [
        lines(epochs, [each.get(key) for each in history], name, colour, mode="lines+markers")
        for (key, name), colour in zip(named.items(), SERIES, strict=False)
        if any(each.get(key) is not None for each in history)
    ]
    return chart("Loss", traces, 280, xaxis=axis("epoch", dtick=_step(epochs[-1])), shapes=_best(best))


def _metrics(history: list[Mapping[str, Any]], best: int | None, outputs: Mapping[str, Any]) -> list[Html]:
    """The metric that chose the best epoch, for each output."""
    epochs, drawn = [each["epoch"] for each in history], []
    for output, judged in list(outputs.items())[:CURVES]:
        name = judged["monitor"]["metric"]
        values = [each.get(name, each.get(f"{output}.{name}")) for each in history]
        if all(value is None for value in values):
            continue
        of = f" of {label(output)}" if len(outputs) > 1 else ""
        line = lines(epochs, values, metric(name), SERIES[1], mode="lines+markers")
        x = axis("epoch", dtick=_step(epochs[-1]))
        drawn.append(chart(f"{metric(name)}{of}, validation rows", [line], 280, xaxis=x, shapes=_best(best)))
    return drawn


def _step(epochs: int) -> int:
    return max(1, epochs // 10)


def _best(epoch: int | None) -> list[dict[str, Any]]:
    """A line at the epoch whose weights were kept."""
    if epoch is None:
        return []
    line = {"color": "var(--faint)", "width": 1, "dash": "dash"}
    return [{"type": "line", "x0": epoch, "x1": epoch, "y0": 0, "y1": 1, "yref": "paper", "line": line}]


def _facts(training: Mapping[str, Any]) -> Html:
    known = {
        "parameters": count(training.get("parameters")),
        "rows per second": count(training.get("rows_per_second")),
        "device": training.get("device"),
        "precision": training.get("precision"),
    }
    told = [
        tag("span", f"{name} ", tag("b", value)) for name, value in known.items() if value not in (None, "–")
    ]
    return tag("div", *told, class_="legend")


def _settings(training: Mapping[str, Any]) -> Html:
    rows = [
        (group, name, decimal(value) if isinstance(value, float) and value >= 1e-3 else str(value))
        for group in ("network", "settings")
        for name, value in (training.get(group) or {}).items()
    ]
    return table(("part", "setting", "value"), rows, 0)
