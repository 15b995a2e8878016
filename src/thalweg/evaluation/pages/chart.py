"""Charts, described in JSON and drawn by the script beside the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from thalweg.evaluation.pages.html import Html, tag

COLOURS = {"network": "var(--network)", "lightgbm": "var(--trees)", "linear": "var(--linear)"}
SERIES = tuple(f"var(--series-{number})" for number in range(1, 11))
_NAMES = {"network": "network", "lightgbm": "boosted trees", "linear": "linear"}


def short(model: str) -> str:
    """A model's name where there is little room."""
    return _NAMES.get(model, model)


def chart(
    title: str, traces: Sequence[Mapping[str, Any]], height: int = 320, wide: bool = False, **layout: Any
) -> Html:
    """A figure. Colours such as `var(--network)` follow the page's light or dark style.

    One that is `wide` scrolls sideways where the screen is narrow.
    """
    figure = json.dumps(_rounded({"data": traces, "layout": layout}), ensure_ascii=False, allow_nan=False)
    held = Html(figure.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
    data = tag("script", held, type="application/json")
    drawn = tag(
        "div",
        class_="plot wide" if wide else "plot",
        style=f"height:{height}px",
        role="img",
        aria_label=title,
    )
    return tag("figure", tag("figcaption", title), drawn, data, class_="chart")


def _rounded(value: Any) -> Any:
    """Numbers to five digits: more can't be seen."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value


def label(value: Any, longest: int = 40) -> str:
    """Words of the data inside a chart, which reads some HTML in them: escaped, and not too long."""
    words = str(value)
    return escape(words if len(words) <= longest else words[: longest - 1] + "…", quote=False)


def lines(x: Sequence[Any], y: Sequence[Any], name: str, colour: str, **more: Any) -> dict[str, Any]:
    """A line through points."""
    line = {"color": colour, "width": 2, **more.pop("line", {})}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": line, **more}


def diagonal(low: float = 0.0, high: float = 1.0) -> dict[str, Any]:
    """Where chance, or a perfect prediction, would lie."""
    ends = [low, high]
    return lines(
        ends, ends, "", "var(--faint)", line={"dash": "dot", "width": 1}, hoverinfo="skip", showlegend=False
    )


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with its title."""
    return {"title": {"text": title}, **more}
