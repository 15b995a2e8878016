"""What to predict, and what must not be told: a target proposed by names and values, leaks and identifiers found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thalweg.core.errors import DataError
from thalweg.dataset.columns import training_column, training_columns
from thalweg.engines.table import Table
from thalweg.engines.types import family
from thalweg.features.feature import TrainingColumn
from thalweg.integrate.leak import SUSPECTED, suspects
from thalweg.mine.meanings import words_of
from thalweg.mine.references import GENERIC
from thalweg.tasks.choose import propose

ASKED = ("target", "label", "class", "outcome", "y", "标签")
EVENTS = (
    *(
        "churn",
        "churned",
        "default",
        "fraud",
        "survived",
        "late",
        "cancelled",
        "canceled",
        "clicked",
        "converted",
    ),
    *("approved", "returned", "failed", "failure", "won"),
)
AMOUNTS = (
    *(
        "price",
        "amount",
        "total",
        "revenue",
        "sales",
        "cost",
        "rating",
        "score",
        "delay",
        "quantity",
        "demand",
    ),
    *("income", "salary", "duration", "profit", "count", "金额"),
)
POINTS = {**dict.fromkeys(ASKED, 100), **dict.fromkeys(EVENTS, 60), **dict.fromkeys(AMOUNTS, 40)}
"""How likely a word in its name makes a column a target."""
TWO_VALUES = 15
MISSING = 0.5  # of a target, at most
KIN = 0.5  # what a column that shares a word with the target may tell of it by itself


@dataclass(frozen=True)
class Proposal:
    """A target with its task; the reason of each, and whether rows without it must go."""

    column: str
    task: str
    why: str
    missing: int
    others: tuple[str, ...] = ()


def proposed_target(main: Table, names: Iterable[str]) -> Proposal | None:
    """The likeliest target among some columns of the main table; None where none is plausible.

    Told by words in its name, and by having two values; of equals the last, as targets stand last.
    """
    columns = training_columns(main, [name for name in names if family(main.columns[name]) in _FAMILIES])
    scored: list[tuple[int, int, TrainingColumn, str]] = []
    for place, column in enumerate(columns.values()):
        words = [word for word in words_of(column.name) if word in POINTS]
        points = max((POINTS[word] for word in words), default=0) + TWO_VALUES * (column.distinct == 2)
        if points and column.distinct > 1 and column.nulls <= MISSING * column.rows and _suits(column):
            reason = f"its name holds {words[0]!r}" if words else "it has two values"
            scored.append((points, place, column, reason))
    if not scored:
        return None
    _, _, column, reason = max(scored, key=lambda each: each[:2])
    others = tuple(
        each[2].name for each in sorted(scored, key=lambda each: -each[0]) if each[2] is not column
    )
    task, why = propose(column)
    return Proposal(column.name, task, f"{reason}; {why}", column.nulls, others)


_FAMILIES = ("boolean", "integer", "number", "text")


def asked_target(main: Table, target: str) -> Proposal:
    """The target that was asked for, with the task that suits it.

    Raises ComponentError where there is no such column, DataError where no task suits it.
    """
    column = training_column(main, main.require(target, "target column"))
    return Proposal(target, *propose(column), column.nulls)


def _suits(column: TrainingColumn) -> bool:
    try:
        propose(column)
    except DataError:  # no kind of task takes it
        return False
    return True


def leaks(joined: Table, target: str, names: Sequence[str]) -> dict[str, str]:
    """Inputs that tell the target, by column, with the reason: nearly by themselves, or well and of the same words."""
    found = suspects(joined, target, names, threshold=KIN)
    metric = {"roc_auc": "ROC AUC", "r2": "R²"}
    return {
        each.column: f"alone predicts {target} with {metric[each.metric]} {each.value:.2f}"
        for each in found
        if each.value >= SUSPECTED or (shares_a_word(each.column, target) and each.metric == "r2")
    }


def shares_a_word(column: str, target: str) -> bool:
    """Whether two names have a word in common that says something."""
    return bool((set(words_of(column)) & set(words_of(target))) - GENERIC)
