"""The judgement drawn: ROC, precision and recall, calibration, confusion, residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.evaluation.pages.chart import COLOURS, SERIES, axis, chart, diagonal, label, lines, short
from thalweg.evaluation.pages.drawn import drawn
from thalweg.evaluation.pages.html import Html, Section, code, columns, details, join, shown, subtitle, table
from thalweg.evaluation.pages.residuals import residuals
from thalweg.evaluation.wording import count, decimal, share

UNIT = {"range": [0, 1], "constrain": "domain"}


def section(report: Mapping[str, Any]) -> Section | None:
    """The pictures of each output."""
    outputs = {name: judged for name, judged in report.get("outputs", {}).items() if judged["pictures"]}
    pictures = []
    for name, judged in shown(outputs):
        pictures += [subtitle(code(name)) if len(outputs) > 1 else None, *_pictures(judged)]
    if not pictures:
        return None
    lead = "Where the network is right, where it is wrong, and whether its probabilities mean what they say."
    return Section("pictures", "A closer look", lead, join(pictures))


def _pictures(judged: Mapping[str, Any]) -> list[Html | None]:
    found = judged["pictures"]
    if "drawn" in found:
        return [drawn(each) for each in found["drawn"]]
    if "residuals" in found:
        return residuals(found["residuals"])
    return [
        columns(*_curves(found["curves"])),
        columns(_calibration(found["calibration"]), _scores(found, judged["classes"])),
        columns(_confusion(found["confusion"]), _gains(found)),
        _classes(found["confusion"]),
        _thresholds(found),
    ]


def _curves(curves: Mapping[str, Any]) -> list[Html]:
    known = {name: found for name, found in curves.items() if found}
    if not known:
        return []
    colours = {name: COLOURS.get(name, SERIES[i % len(SERIES)]) for i, name in enumerate(known)}

    def traces(which: str) -> list[dict[str, Any]]:
        return [
            lines(found[which]["x"], found[which]["y"], label(short(name), 20), colours[name])
            for name, found in reversed(list(known.items()))  # the network, first, is drawn last: on top
        ]

    return [
        chart(
            "ROC: caught, for the false alarms it costs",
            [diagonal(), *traces("roc")],
            340,
            xaxis=axis("false positive rate", **UNIT),
            yaxis=axis("true positive rate", **UNIT),
        ),
        chart(
            "Precision for recall",
            traces("precision_recall"),
            340,
            xaxis=axis("recall", **UNIT),
            yaxis=axis("precision", **UNIT),
        ),
    ]


def _calibration(calibration: Mapping[str, Sequence[Mapping[str, Any]]]) -> Html:
    traces = [diagonal()]
    for name, bins in reversed(list(calibration.items())):
        x, y = [each["predicted"] for each in bins], [each["observed"] for each in bins]
        more: dict[str, Any] = {"mode": "lines+markers"}
        if name == "network":
            more["error_y"] = {
                "type": "data",
                "symmetric": False,
                "array": [each["high"] - each["observed"] for each in bins],
                "arrayminus": [each["observed"] - each["low"] for each in bins],
                "thickness": 1,
                "width": 0,
            }
        traces.append(lines(x, y, short(name), COLOURS.get(name, "var(--ink)"), **more))
    title = "Calibration: does 70% come true 70% of the time?"
    return chart(title, traces, 320, xaxis=axis("predicted probability"), yaxis=axis("observed share"))


def _scores(found: Mapping[str, Any], classes: Sequence[str] | None) -> Html | None:
    if "scores" not in found or not classes:
        return None
    scores = found["scores"]
    middles = [(a + b) / 2 for a, b in zip(scores["edges"], scores["edges"][1:], strict=False)]
    traces = [
        {"type": "bar", "x": middles, "y": scores[key], "name": label(name, 20), "marker": {"color": colour}}
        for key, name, colour in (
            ("negative", classes[0], "var(--linear)"),
            ("positive", classes[1], "var(--network)"),
        )
    ]
    rows, score = axis("test rows"), axis(f"predicted probability of {label(classes[1], 20)}")
    return chart(
        "How the scores are spread", traces, 320, xaxis=score, yaxis=rows, barmode="stack", bargap=0.08
    )


def _confusion(confusion: Mapping[str, Any]) -> Html:
    names, matrix = [label(name, 18) for name in confusion["labels"]], confusion["matrix"]
    shares = [[n / sum(row) if sum(row) else 0 for n in row] for row in matrix]
    places = list(range(len(names)))
    few = len(names) <= 12
    heat = {
        "type": "heatmap",
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "customdata": matrix,
        "colorscale": [[0, "var(--panel)"], [1, "var(--network)"]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "true %{y}, predicted %{x}<br>%{customdata:,} rows, %{z:.1%}<extra></extra>",
        **({"text": [[count(n) for n in row] for row in matrix], "texttemplate": "%{text}"} if few else {}),
    }
    ticks = {"tickvals": places, "ticktext": names, "showgrid": False, "zeroline": False}
    x, y = axis("predicted", **ticks), axis("true", **ticks, autorange="reversed")
    left_out = f", {confusion['left_out']} rare classes put together" if confusion["left_out"] else ""
    height = 320 if few else 560
    return chart(f"Confusion (shade: share of the true class{left_out})", [heat], height, xaxis=x, yaxis=y)


def _gains(found: Mapping[str, Any]) -> Html | None:
    if not found.get("gains"):
        return None
    rows = [
        (
            f"top {each['share']:.0%}",
            count(each["rows"]),
            _percent(each["precision"]),
            _percent(each["recall"]),
            decimal(each["lift"]),
        )
        for each in found["gains"]
    ]
    shown = table(("highest scores", "rows", "precision", "recall", "lift"), rows)
    return join([shown])


def _percent(value: float | None) -> str:
    return "–" if value is None else share(value, 1)


def _classes(confusion: Mapping[str, Any]) -> Html | None:
    """Each class's own metrics and the commonest mistakes, where there are more than two classes."""
    if not confusion["pairs"] and len(confusion["labels"]) <= 2:
        return None
    each = [
        (
            found["label"],
            count(found["rows"]),
            *(_percent(found[key]) for key in ("precision", "recall", "f1")),
        )
        for found in confusion["classes"]
    ]
    mistakes = [(pair["truth"], pair["predicted"], count(pair["rows"])) for pair in confusion["pairs"]]
    return columns(
        table(("class", "rows", "precision", "recall", "F1"), each),
        table(("true", "taken for", "rows"), mistakes, 1) if mistakes else None,
    )


def _thresholds(found: Mapping[str, Any]) -> Html | None:
    if not found.get("thresholds"):
        return None
    keys = ("precision", "recall", "f1", "accuracy")
    rows = [
        (f"{each['threshold']:.2f}", count(each["flagged"]), *(_percent(each[key]) for key in keys))
        for each in found["thresholds"]
    ]
    return details(
        "Every threshold", table(("threshold", "flagged", "precision", "recall", "F1", "accuracy"), rows)
    )
