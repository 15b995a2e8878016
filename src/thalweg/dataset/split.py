"""Which rows are trained on, which choose the best epoch, which judge: a pure function of a row."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sqlglot import exp

from thalweg.core.component import Component
from thalweg.engines.table import Table


class Assignment(ABC):
    """A split with what it had to learn, such as the times at which it cuts."""

    @abstractmethod
    def expression(self, table: Table) -> exp.Expression | None:
        """0, 1 or 2 (or NULL, where it can't be told) for each row; None where the table lacks the columns to tell."""


class Split(Component, ABC):
    """How rows are divided into training, validation and test."""

    @abstractmethod
    def fit(self, main: Table) -> Assignment:
        """Learn the cuts from the main table as it was read. Raises ComponentError where a column is missing."""
