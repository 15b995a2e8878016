"""Keep rows that belong together on one side."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import Field

from thalweg.dataset.hash_cuts import hash_cuts
from thalweg.dataset.split import USUAL, Assignment, Fractions, Split
from thalweg.engines.table import Table


class ByGroup(Split):
    """Divide groups at random, such as users or patients: the rows of one group are never on two sides.

        split: {group: {column: user_id, fractions: [0.7, 0.15, 0.15]}}

    This judges a model on groups it has never seen. The fractions are of groups; of rows they hold as
    nearly as the groups are alike in size. A row whose group is missing can't be told.
    """

    kind: ClassVar[str] = "group"

    column: str
    """A column of the main table that names the group."""
    fractions: Fractions = USUAL
    """The shares of groups for training, validation and test."""
    seed: int = Field(default=0, ge=0)
    """Another seed, another division."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Self:
        return cls(column="user_id")

    def fit(self, main: Table) -> Assignment:
        sql_type = main.columns[main.require(self.column, "group column")]
        return hash_cuts({self.column: sql_type}, self.fractions, self.seed)
