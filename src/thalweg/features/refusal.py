"""Why a column is no good as an input, whatever its kind."""

from __future__ import annotations

from thalweg.features.feature import TrainingColumn


def says_nothing(column: TrainingColumn) -> str | None:
    """The reason where a column is always missing or always the same: nothing can be learnt from it."""
    if column.nulls == column.rows:
        return f"has no values in the {column.rows:,} training rows"
    if column.distinct == 1 and column.nulls == 0:
        return f"is constant: always {_shown(column)}"
    return None


def _shown(column: TrainingColumn) -> str:
    try:
        return repr(column.sample[0].as_py())
    except OverflowError:  # such as the timestamp 'infinity'
        return "a time outside the years 1 to 9999"
