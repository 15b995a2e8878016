"""Predicted values against true ones, drawn from counts: no row can be read back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from thalweg.evaluation.pages.chart import axis, chart, diagonal, lines
from thalweg.evaluation.pages.html import Html, columns, paragraph
from thalweg.evaluation.wording import decimal, plural


def residuals(found: Mapping[str, Any]) -> list[Html | None]:
    """True against predicted, the spread of the error, and how it changes along the prediction."""
    if not found:
        return []
    spread = found["quantiles"]
    words = f"Half of the errors lie between {decimal(spread['25'])} and {decimal(spread['75'])}, "
    words += f"nine in ten between {decimal(spread['5'])} and {decimal(spread['95'])} (true − predicted)."
    outside = found["histogram"]["outside"]
    note = f" {plural(outside, 'row')} beyond the axes." if outside else ""
    return [
        paragraph(words + note),
        columns(_grid(found["grid"]), _histogram(found["histogram"])),
        _bands(found["bands"]),
    ]


def _grid(grid: Mapping[str, Any]) -> Html:
    edges = grid["edges"]
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    heat = {
        "type": "heatmap",
        "x": middles,
        "y": middles,
        "z": [[n**0.5 if n else None for n in row] for row in grid["counts"]],  # else the many hide the few
        "customdata": grid["counts"],
        "colorscale": [[0, "var(--flow-solid)"], [1, "var(--network)"]],
        "showscale": False,
        "hovertemplate": "predicted %{x}<br>true %{y}<br>%{customdata:,} rows<extra></extra>",
    }
    x, y = axis("predicted", showgrid=False), axis("true", showgrid=False)
    return chart("True against predicted", [heat, diagonal(edges[0], edges[-1])], 360, xaxis=x, yaxis=y)


def _histogram(found: Mapping[str, Any]) -> Html:
    edges = found["edges"]
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    bars = {
        "type": "bar",
        "x": middles,
        "y": found["counts"],
        "marker": {"color": "var(--network)"},
        "name": "rows",
    }
    x, y = axis("true − predicted"), axis("test rows")
    return chart("The errors", [bars], 360, xaxis=x, yaxis=y, bargap=0.05)


def _bands(bands: list[Mapping[str, Any]]) -> Html:
    x = [band["predicted"] for band in bands]
    edge = {"width": 0}
    traces = [
        lines(x, [band["high"] for band in bands], "95%", "var(--network)", line=edge, showlegend=False),
        lines(
            x,
            [band["low"] for band in bands],
            "nine in ten",
            "var(--network)",
            line=edge,
            fill="tonexty",
            fillcolor="var(--flow)",
        ),
        lines(x, [band["median"] for band in bands], "median", "var(--network)", mode="lines+markers"),
    ]
    title = "The error along the prediction"
    return chart(title, traces, 280, xaxis=axis("predicted"), yaxis=axis("true − predicted"))
