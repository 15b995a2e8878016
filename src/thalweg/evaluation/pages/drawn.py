"""Pictures that an output itself asks for: lines with their intervals, a map of shares, a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.chart import SERIES, axis, chart, label, lines
from thalweg.evaluation.pages.html import Html, details, table
from thalweg.evaluation.wording import decimal


def drawn(picture: Mapping[str, Any]) -> Html:
    """A chart of `lines`, a `heat` map or a table of `cells` (see `StructuredTarget.pictures`)."""
    if "lines" in picture:
        traces = [trace for place, line in enumerate(picture["lines"]) for trace in _traces(line, place)]
        return chart(picture["title"], traces, 320, xaxis=axis(picture["x"]), yaxis=axis(picture["y"]))
    if "heat" in picture:
        return _heat(picture)
    rows = [[_cell(value) for value in row] for row in picture["cells"]]
    return details(picture["title"], table(picture["columns"], rows))


def _traces(line: Mapping[str, Any], place: int) -> list[dict[str, Any]]:
    """A line, behind it the band of its interval."""
    colour = SERIES[place % len(SERIES)]
    traces = [lines(line["x"], line["y"], label(line["name"]), colour)]
    if "low" in line:
        bounds = {"showlegend": False, "hoverinfo": "skip"}
        low = lines(line["x"], line["low"], "", colour, **bounds) | {"line": {"width": 0}}
        high = lines(line["x"], line["high"], "", colour, **bounds) | {"line": {"width": 0}}
        traces = [low, {**high, "fill": "tonexty", "opacity": 0.2}, *traces]
    return traces


def _heat(picture: Mapping[str, Any]) -> Html:
    heat = {
        "type": "heatmap",
        "z": picture["heat"],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "var(--panel)"], [1, "var(--network)"]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y}, %{x}<br>%{z:.1%}<extra></extra>",
    }
    named = {"showgrid": False, "zeroline": False}
    x = axis(
        "",
        tickvals=list(range(len(picture["columns"]))),
        ticktext=[label(name, 18) for name in picture["columns"]],
        **named,
    )
    y = axis(
        "",
        tickvals=list(range(len(picture["rows"]))),
        ticktext=[label(name, 18) for name in picture["rows"]],
        autorange="reversed",
        **named,
    )
    return chart(picture["title"], [heat], 320 if len(picture["rows"]) <= 12 else 560, xaxis=x, yaxis=y)


def _cell(value: Any) -> str:
    return decimal(value) if isinstance(value, float) else str(value)
