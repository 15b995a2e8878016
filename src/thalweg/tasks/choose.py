"""Which kind of output a column reads as. Proposed and said, never taken in silence."""

from __future__ import annotations

from typing import cast

from thalweg.core.component import kinds
from thalweg.core.errors import DataError
from thalweg.features.feature import TrainingColumn
from thalweg.tasks.task import Task


def propose(column: TrainingColumn) -> tuple[str, str]:
    """The kind of task that suits a column best, and why.

    Raises DataError, with the reason of each kind, where none does.
    """
    answers = {kind: kind.suits(column) for kind in _by_preference()}
    fitting = [kind for kind, (suits, _) in answers.items() if suits]
    if not fitting:
        reasons = "; ".join(f"{kind.kind}: {why}" for kind, (_, why) in answers.items())
        raise DataError(
            f"expected a column that can be predicted, found {column.name!r} of type {column.type}, which "
            f"suits no kind of output ({reasons})",
            hint="say the task yourself, or derive a target from the column",
        )
    return fitting[0].kind, answers[fitting[0]][1]


def did_you_mean_task(column: TrainingColumn, tried: str) -> str:
    """Advice for an error message: another kind of task than the one tried that suits a column."""
    for kind in _by_preference():
        suits, why = kind.suits(column)
        if suits and kind.kind != tried:
            return f"did you mean {kind.kind!r}? The column is {why}; write {{{column.name}: {kind.kind}}}"
    return "choose another target, or derive one from this column"


def _by_preference() -> list[type[Task]]:
    tasks = cast("dict[str, type[Task]]", kinds(Task))
    return sorted(tasks.values(), key=lambda task: -task.preference)
