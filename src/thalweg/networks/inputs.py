"""A network without inputs is refused before it is built."""

from __future__ import annotations

from thalweg.core.errors import TrainingError
from thalweg.features.layout import Layout


def require_inputs(layout: Layout) -> None:
    """Raises TrainingError where no column is left to learn from."""
    if not layout.slots:
        raise TrainingError(
            "expected at least one input column, found none: every column was excluded or refused",
            hint="see which columns were refused, and why, with: thalweg plan FILE; then shorten `exclude`",
        )
