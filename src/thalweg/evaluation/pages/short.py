"""What was learnt, in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Section, tag


def section(report: Mapping[str, Any]) -> Section | None:
    """The sentences that the terminal shows too."""
    told = report.get("sentences")
    if not told:
        return None
    return Section(
        "short", "In short", "", tag("ul", *(tag("li", sentence) for sentence in told), class_="short")
    )
