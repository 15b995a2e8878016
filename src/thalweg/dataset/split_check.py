"""Whether a split can be trained on: no part is empty."""

from __future__ import annotations

from sqlglot import exp

from thalweg.core.errors import DataError
from thalweg.dataset.split import PARTS, Assignment
from thalweg.engines import sql
from thalweg.engines.table import SPLIT, Table


def check_split(table: Table, assignment: Assignment) -> dict[str, int]:
    """Rows of `training`, `validation`, `test`, and those `undecided`.

    Raises DataError where one of the parts is empty.
    """
    part = sql.column(SPLIT)
    counts = table.aggregate(
        **{
            name: sql.true_count(exp.EQ(this=part.copy(), expression=sql.literal(number)))
            for number, name in enumerate(PARTS)
        },
        undecided=sql.true_count(sql.is_null(part)),
    )
    counts = {name: int(rows) for name, rows in counts.items()}
    empty = [name for name in PARTS if not counts[name]]
    if empty:
        raise DataError(
            f"the split leaves no rows for {' and '.join(empty)} ({_told(counts)}); "
            f"it divides {assignment.rule}",
            where="dataset: split",
            hint="choose other fractions, a column with more different values, or split: random; "
            "if there should be more rows, see in the ledger where they were lost",
        )
    return counts


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{rows:,} {name}" for name, rows in counts.items())
