"""A target from which nothing can be learnt is refused, with what to do."""

from __future__ import annotations

from thalweg.core.errors import DataError
from thalweg.features.feature import TrainingColumn


def require_values(column: TrainingColumn) -> None:
    """Raises DataError where all training rows lack a value, or all have the same one."""
    if column.rows == column.nulls:
        raise DataError(
            f"expected values in the target {column.name!r}, found none: it is missing in all "
            f"{column.rows:,} training rows",
            hint="check the steps and joins that make this column, and how the rows are split",
        )
    if column.distinct < 2:
        ((value, rows),) = column.counts(1)
        raise DataError(
            f"expected at least 2 different values in the target {column.name!r}, found one: {value!r} in "
            f"{rows:,} training rows",
            hint="choose another target, keep more rows, or split so that training rows hold every value",
        )
