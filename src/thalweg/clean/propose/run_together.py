"""Two values written into one cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations

from thalweg.clean.fused import parted
from thalweg.clean.step import Proposal, Step
from thalweg.clean.summary import ColumnSummary, Summary
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table

SUPPORT = 2  # rows that make a value known
MOST = 1_000  # values of the other column: those of a name or a description would be found in anything
PAIRS = 200
SHARE = 0.5  # of the rows in which the other column is missing hold its value
FEWEST = 3


def run_together(table: Table, summary: Summary) -> list[Proposal]:
    """Part a text that ends in the value of another column, where that is missing in most such rows for this reason."""
    training = table.training()
    found: list[tuple[str, str, int, int]] = []
    for name, other in islice(_pairs(summary), PAIRS):
        column = summary.columns[other]
        _, when = parted(table, name, other, SUPPORT)
        rows = training.aggregate(rows=sql.true_count(when))["rows"]
        taken = {used for pair in found for used in pair[:2]}
        if rows >= max(FEWEST, SHARE * column.missing) and not {name, other} & taken:
            found.append((name, other, rows, column.missing))
    if not found:
        return []
    why = "; ".join(f"{n}: {r:,} texts end in a value of {o}, missing in {m:,} rows" for n, o, r, m in found)
    pairs = {name: other for name, other, _, _ in found}
    return [Proposal(parse(Step, {"fused": {"columns": pairs, "support": SUPPORT}}), why)]


def _pairs(summary: Summary) -> Iterator[tuple[str, str]]:
    """A text, and a column of few values of which some are missing."""
    for name, other in permutations(summary.columns, 2):
        if summary.columns[name].type == "VARCHAR" and _is_short(summary.columns[other]):
            yield name, other


def _is_short(column: ColumnSummary) -> bool:
    return column.type == "VARCHAR" and column.missing >= FEWEST and 2 <= column.distinct <= MOST
