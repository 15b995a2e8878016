"""Small drawings inside a table: an interval on a scale, a bar, a histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from thalweg.evaluation.pages.html import Html, tag


class Scale(NamedTuple):
    """The values at the left and right end of a drawing."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of a value, in percent."""
        width = self.high - self.low
        return 50.0 if width <= 0 else 100 * min(max((value - self.low) / width, 0.0), 1.0)


def scale(values: Sequence[float | None], margin: float = 0.05) -> Scale:
    """A scale that holds all values."""
    known = [value for value in values if value is not None] or [0.0]
    space = margin * (max(known) - min(known))
    return Scale(min(known) - space, max(known) + space)


def interval(found: Mapping[str, Any], on: Scale, colour: str, reference: float | None = None) -> Html:
    """A dot with its interval; a fine line where the reference lies."""
    marks = []
    if reference is not None:
        marks.append(tag("u", style=f"left:{on.at(reference):.1f}%"))
    if found.get("low") is not None and found.get("high") is not None:
        left, right = on.at(found["low"]), on.at(found["high"])
        marks.append(tag("i", style=f"left:{left:.1f}%;width:{right - left:.1f}%;background:{colour}"))
    if found.get("value") is not None:
        marks.append(tag("b", style=f"left:{on.at(found['value']):.1f}%;background:{colour}"))
    return tag("div", *marks, class_="interval", aria_hidden="true")


def bar(part: float, colour: str = "var(--network)", whisker: tuple[float, float] | None = None) -> Html:
    """A bar of a share of the width, 0 to 1, with the spread of the value it stands for."""
    marks = [tag("i", style=f"width:{100 * min(max(part, 0.0), 1.0):.1f}%;background:{colour}")]
    if whisker is not None:
        low, high = (100 * min(max(end, 0.0), 1.0) for end in whisker)
        marks.append(tag("u", style=f"left:{low:.1f}%;width:{high - low:.1f}%"))
    return tag("div", *marks, class_="bar", aria_hidden="true")


def histogram(counts: Sequence[float]) -> Html:
    """Bars of a distribution, as high as the fullest."""
    highest = max([*counts, 1])
    step = 100 / max(len(counts), 1)
    bars = "".join(
        f"M{place * step:.4g} 30v{-30 * rows / highest:.3g}h{0.86 * step:.3g}V30z"
        for place, rows in enumerate(counts)
        if rows
    )
    path = tag("path", d=bars)
    return tag(
        "svg", path, class_="histogram", viewBox="0 0 100 30", preserveAspectRatio="none", aria_hidden="true"
    )
