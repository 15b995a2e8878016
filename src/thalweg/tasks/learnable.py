"""A target from which nothing can be learnt is refused, with what to do."""

from __future__ import annotations

from thalweg.core.errors import DataError
from thalweg.engines.types import family
from thalweg.features.feature import TrainingColumn


def require_values(column: TrainingColumn) -> None:
    """Raises DataError where all training rows lack a value, or all have the same one, or rows have several."""
    if column.rows == column.nulls:
        raise DataError(
            f"expected values in the target {column.name!r}, found none: it is missing in all "
            f"{column.rows:,} training rows",
            hint="check the steps and joins that make this column, and how the rows are split",
        )
    if family(column.type) == "nested":
        raise DataError(
            f"expected a single value in each row of the target {column.name!r}, found {column.type}",
            hint=f'derive one, such as the first of a list: derive: {{first: "{column.name}[1]"}}',
        )
    if column.distinct < 2:
        ((value, rows),) = column.counts(1)
        raise DataError(
            f"expected at least 2 different values in the target {column.name!r}, found one: {value!r} in "
            f"{rows:,} training rows",
            hint="choose another target, keep more rows, or split so that training rows hold every value",
        )
