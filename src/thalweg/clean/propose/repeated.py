"""Rows that occur twice."""

from __future__ import annotations

from thalweg.clean.repeats import count_repeats
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines.table import Table

MOST = 0.1  # of the rows; where more repeat another, rows are not things told twice but things that are alike
NARROW = 5  # columns; of fewer, equal rows say little


def repeated(table: Table) -> list[Proposal]:
    """Merge whole rows that occur more than once, unless that is how the table is."""
    training = table.training()
    rows, again = training.count(), count_repeats(training, list(table.columns))
    if not again:
        return []
    if again > MOST * rows or len(table.columns) < NARROW:
        return [
            Proposal(
                None, f"{again:,} of {rows:,} rows equal another in every column; left, as they may be meant"
            )
        ]
    step = parse(Step, "duplicates")
    return [Proposal(step, f"{again:,} of {rows:,} rows equal another in every column")]
