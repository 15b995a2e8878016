"""Two values written into one cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, permutations

from thalweg.clean.fused import known_values, parted
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
    pairs = list(islice(_pairs(summary), PAIRS))
    counts = _counted(table, pairs)
    found: list[tuple[str, str, int, int]] = []
    for name, other in pairs:
        rows, missing = counts[name, other], summary.columns[other].missing
        taken = {used for pair in found for used in pair[:2]}
        if rows >= max(FEWEST, SHARE * missing) and not {name, other} & taken:
            found.append((name, other, rows, missing))
    if not found:
        return []
    why = "; ".join(f"{n}: {r:,} texts end in a value of {o}, missing in {m:,} rows" for n, o, r, m in found)
    columns = {name: other for name, other, _, _ in found}
    return [Proposal(parse(Step, {"fused": {"columns": columns, "support": SUPPORT}}), why)]


def _counted(table: Table, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """In how many rows a text ends in a value of the other column, by pair; one pass for each other column."""
    counts: dict[tuple[str, str], int] = {}
    for other in dict.fromkeys(other for _, other in pairs):
        known = known_values(table, other, SUPPORT)
        names = [name for name, its in pairs if its == other]
        tests = {f"rows:{name}": sql.true_count(parted(name, other, known)[1]) for name in names}
        found = table.training().aggregate(**tests)
        counts |= {(name, other): found[f"rows:{name}"] for name in names}
    return counts


def _pairs(summary: Summary) -> Iterator[tuple[str, str]]:
    """A text, and a column of few values of which some are missing."""
    for name, other in permutations(summary.columns, 2):
        if summary.columns[name].type == "VARCHAR" and _is_short(summary.columns[other]):
            yield name, other


def _is_short(column: ColumnSummary) -> bool:
    return column.type == "VARCHAR" and column.missing >= FEWEST and 2 <= column.distinct <= MOST
