"""A repair of one table, or a rule its rows must keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlglot import exp

from thalweg.core.component import Component
from thalweg.engines.table import Table

Fate = Literal["merged", "dropped", "quarantined"]
INTO = "__into"


@dataclass(frozen=True)
class Verdict:
    """Rows that leave: those for which `when` is true (NULL is not true), the rule in words, and where they go.

    `into` has, for rows that are merged, `__row` and the row they are merged into (`__into`); None where that is not
    told.
    """

    fate: Fate
    rule: str
    when: exp.Expr
    into: exp.Table | None = None


@dataclass(frozen=True)
class Proposal:
    """A step worth taking and a sentence that says why; or, without a step, only something worth telling."""

    step: Step | None
    why: str


Look = Callable[[Table], Sequence[Proposal]]
"""Steps proposed for a table as it has become."""


@dataclass(frozen=True)
class Outcome:
    """What a step does to a table, as expressions over the table's columns as they were before the step.

    `changes` gives columns new values; cells that differ are counted. A row leaves by the first verdict that
    is true of it. Expressions must not fail on any value: rows that left pass through later steps of the same
    group. `notes` are facts for the ledger, such as a bound that was learnt. `instead` lists looks at
    the table, each at what the steps of those before it made of it: the steps they propose are taken in place of
    this one, which then does nothing itself. `learnt` is this step with all that it learnt
    written out, where that differs: what the resolved file of a run shows. `origins` names the columns that a
    change was computed from, where its expression does not say, or says too much (a key, an order). `added`
    gives rows to append after the changes, with every column the table then has and its hidden ones; such a
    step is computed in a pass of its own.
    """

    changes: Mapping[str, exp.Expr] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    instead: tuple[Look, ...] | None = None
    learnt: Step | None = None
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    added: exp.Query | None = None


class Step(Component, ABC):
    """One step of cleaning."""

    @abstractmethod
    def apply(self, table: Table) -> Outcome:
        """What becomes of the table's cells and rows. Statistics are learnt from `table.training()` alone.

        Raises ComponentError where the step does not fit the table: a column it does not have, a wrong type.
        """
