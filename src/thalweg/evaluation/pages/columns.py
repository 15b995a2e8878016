"""The columns of the dataset: type, missing, distinct, spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Section


def section(report: Mapping[str, Any]) -> Section | None:
    """A line for each column."""
    return None
