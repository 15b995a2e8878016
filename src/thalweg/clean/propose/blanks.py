"""Texts with blanks around them."""

from __future__ import annotations

from thalweg.clean.step import Proposal, Step
from thalweg.clean.summary import ColumnSummary, Summary
from thalweg.core.component import parse


def blanks(summary: Summary) -> list[Proposal]:
    """Trim the columns in which a text has blanks around it."""
    padded = {column.name: rows for column in summary.columns.values() if (rows := _padded(column))}
    if not padded:
        return []
    why = "; ".join(f"{name}: {rows:,} texts have blanks around them" for name, rows in padded.items())
    return [Proposal(parse(Step, {"text": {"columns": dict.fromkeys(padded, "trim")}}), why)]


def _padded(column: ColumnSummary) -> int:
    """How many of the values looked at have blanks around them."""
    if column.family != "text" or column.distribution is None:
        return 0
    seen = zip(column.distribution.values, column.distribution.counts, strict=True)
    return sum(int(rows) for value, rows in seen if value != value.strip())
