"""Why a column is no good as an input, whatever its kind."""

from __future__ import annotations

from thalweg.features.feature import TrainingColumn


def says_nothing(column: TrainingColumn) -> str | None:
    """The reason where a column is always missing or always the same: nothing can be learnt from it."""
    if column.nulls == column.rows:
        return f"has no values in the {column.rows:,} training rows"
    if column.distinct == 1 and column.nulls == 0:
        return f"is constant: always {column.sample[0].as_py()!r}"
    return None
