"""What was learnt, in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Section, tag

SENTENCES, LONGEST = 40, 400


def section(report: Mapping[str, Any]) -> Section | None:
    """The sentences that the terminal shows too."""
    told = report.get("sentences")
    if not told:
        return None
    lines = [tag("li", sentence[:LONGEST]) for sentence in told[:SENTENCES]]
    return Section("short", "In short", "", tag("ul", *lines, class_="short"))
