"""The rows a miner looks at: a bounded sample of the training rows, and rows kept back to check what was found."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from thalweg.clean.sample import sampled
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, VALIDATION, Table


@dataclass(frozen=True)
class Rows:
    """Rows of a table with `__row`, and of how many they are a sample."""

    data: pa.Table
    of: int

    @property
    def size(self) -> str:
        """Such as `1,000 training rows`, or `a sample of 1,000 of 9,000 training rows`."""
        rows = self.data.num_rows
        return (
            f"{rows:,} training rows"
            if rows == self.of
            else f"a sample of {rows:,} of {self.of:,} training rows"
        )


def training_rows(table: Table, columns: Sequence[str], most: int) -> Rows:
    """At most `most` training rows, chosen by a hash of their position, in the order they are drawn."""
    return _rows(table.training(), columns, most)


def held_out_rows(table: Table, columns: Sequence[str], most: int) -> Rows | None:
    """At most `most` validation rows; None where the table has no split or none of its rows are for validation."""
    if not table.split:
        return None
    found = _rows(
        table.where(exp.EQ(this=sql.column(SPLIT), expression=sql.literal(VALIDATION))), columns, most
    )
    return found if found.of else None


def halves(table: Table, columns: Sequence[str], most: int) -> tuple[Rows, Rows, str]:
    """Rows to learn from, rows to check on, and which the latter are, in words.

    Validation rows where the table has them; otherwise three in ten of the sampled rows are kept back, which a hash
    chose already.
    """
    learnt, kept = training_rows(table, columns, most), held_out_rows(table, columns, most)
    if kept is not None:
        return learnt, kept, "validation rows"
    cut = learnt.data.num_rows * 7 // 10
    return (
        Rows(learnt.data.slice(0, cut), cut),
        Rows(learnt.data.slice(cut), learnt.data.num_rows - cut),
        "rows kept back",
    )


def _rows(table: Table, columns: Sequence[str], most: int) -> Rows:
    total = table.count()
    drawn = sampled(table, total, most)
    return Rows(table.session.table(sql.select(drawn.query, [*columns, ROW])), total)
