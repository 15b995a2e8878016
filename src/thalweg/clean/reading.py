"""Steps that read what stands in columns of text: each column by a rule, with what its training rows decide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from sqlglot import exp

from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.unread import ReadingRule
from thalweg.clean.written import by_column
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table

Rule = TypeVar("Rule", bound=ReadingRule)


class Reading(Step, ABC, Generic[Rule]):
    """Give columns of text the values that are written in them.

    May be written as one column, as a list of columns, or with a rule for each. Raises ComponentError where a column
    is no text.
    """

    columns: dict[str, Rule]
    """The rule of each column."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        named = (value,) if isinstance(value, str) else value
        if isinstance(named, (list, tuple)):
            return {"columns": {name: {} for name in named}}
        return by_column(value)

    def apply(self, table: Table) -> Outcome:
        changes: dict[str, exp.Expr] = {}
        verdicts: list[Verdict] = []
        notes: dict[str, Any] = {}
        learnt: dict[str, Rule] = {}
        for name, rule in self.columns.items():
            self._check(table, name)
            learnt[name], said = self.decided(table, name, rule)
            notes |= {f"{name}: {what}": words for what, words in said.items()}
            text = sql.column(name)
            changes[name] = self.value(text, learnt[name])
            verdicts += learnt[name].unread(
                f"{name} is {self.lacking(learnt[name])}", self.given(text), changes[name]
            )
        return Outcome(changes, tuple(verdicts), notes, learnt=self.model_copy(update={"columns": learnt}))

    def _check(self, table: Table, name: str) -> None:
        if table.columns[table.require(name)] != "VARCHAR":
            raise ComponentError(
                f"{self.kind!r} reads text; column {name!r} is {table.columns[name]} already: use types"
            )

    @abstractmethod
    def decided(self, table: Table, name: str, rule: Rule) -> tuple[Rule, Mapping[str, str]]:
        """The rule with what the training rows decide, and what is to be told of that."""

    @abstractmethod
    def value(self, text: exp.Expr, rule: Rule) -> exp.Expr:
        """The value in a text, NULL where the rule can read none. Never fails."""

    @abstractmethod
    def given(self, text: exp.Expr) -> exp.Expr:
        """Whether there is something to read."""

    @abstractmethod
    def lacking(self, rule: Rule) -> str:
        """What a text is that can't be read, such as `not a number`."""
