"""Columns that say nothing."""

from __future__ import annotations

from thalweg.clean.step import Proposal
from thalweg.clean.summary import Summary


def constants(summary: Summary) -> list[Proposal]:
    """A sentence for each column without a value, or with one value only; nothing is done about them."""
    told = []
    for column in summary.columns.values():
        if not column.present:
            told.append(Proposal(None, f"{column.name} has no value at all; left as it is"))
        elif column.distinct_exact and column.distinct == 1 and summary.rows > 1:
            least = "" if column.missing == 0 else " where it is not missing"
            told.append(Proposal(None, f"{column.name} has one value only{least}; left as it is"))
    return told
