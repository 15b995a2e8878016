"""Which rows are trained on, which choose the best epoch, which judge: a pure function of a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator
from sqlglot import exp

from thalweg.core.component import Component
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table

PARTS = ("training", "validation", "test")  # as `__split` numbers them: 0, 1, 2
USUAL = (0.7, 0.15, 0.15)


class Assignment(ABC):
    """A split with what it had to learn, such as the times at which it cuts."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The columns that decide; `__row` among them where the position in the source does."""

    @property
    @abstractmethod
    def rule(self) -> str:
        """How the rows are divided, in words, with the cuts that were learnt."""

    @abstractmethod
    def expression(self, table: Table) -> exp.Expr | None:
        """0, 1 or 2 for a row, NULL where it can't be told; None for a table without the columns to tell."""


class Split(Component, ABC):
    """How rows are divided into training, validation and test."""

    @abstractmethod
    def fit(self, main: Table) -> Assignment:
        """Learn the cuts from the main table as it was read.

        Raises ComponentError where a column is missing or of a type that can't be divided by.
        """


def part_of(value: exp.Expr, cuts: Sequence[exp.Expr | None]) -> exp.Expr:
    """How many of two ascending cuts a value has reached: 0, 1 or 2; NULL of NULL. None is never reached."""
    reached = [exp.GTE(this=value.copy(), expression=cut.copy()) if cut else _never(value) for cut in cuts]
    first, second = (exp.Cast(this=one, to=exp.DataType.build("TINYINT")) for one in reached)
    return exp.Add(this=first, expression=second)


def _never(value: exp.Expr) -> exp.Expr:
    return exp.NEQ(this=value.copy(), expression=value.copy())  # false, and NULL where the value is


def three_shares(value: Any) -> Any:
    """Checks fractions before pydantic does, for a message that helps. Raises ComponentError."""
    numbers = value if isinstance(value, (list, tuple)) else ()
    if not numbers or not all(
        isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers
    ):
        raise ComponentError(f"expected fractions such as [0.7, 0.15, 0.15], received {value!r}")
    if len(numbers) != 3 or min(numbers) <= 0:
        raise ComponentError(
            f"expected three fractions above 0, for training, validation and test, received {list(numbers)}: "
            "validation rows choose the best epoch and test rows judge it, so neither can be left out; "
            "a small share such as 0.05 will do"
        )
    if abs(sum(numbers) - 1) > 1e-6:
        received = f"received {list(numbers)}, which sum to {sum(numbers):g}"
        raise ComponentError(f"expected fractions that sum to 1, {received}")
    return value


Fractions = Annotated[tuple[float, float, float], BeforeValidator(three_shares)]


def shares_in_words(fractions: Sequence[float]) -> str:
    """Such as `70% / 15% / 15%`."""
    return " / ".join(f"{100 * share:g}%" for share in fractions)


def reached_at(fractions: Sequence[float]) -> tuple[float, float]:
    """The shares of rows that lie before validation and before test."""
    return fractions[0], fractions[0] + fractions[1]


def rows_before(share: float, rows: exp.Expr) -> exp.Expr:
    """How many of some rows a share comes to: to the nearest row, a half upwards."""
    exact = exp.Mul(this=sql.cast(sql.literal(share), "DOUBLE"), expression=rows.copy())
    return exp.Floor(this=exp.Add(this=exact, expression=sql.literal(0.5)))


def text_of(value: exp.Expr) -> exp.Expr:
    """The value as text."""
    return sql.cast(value.copy(), "VARCHAR")
