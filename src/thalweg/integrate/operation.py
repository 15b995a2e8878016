"""A step from many tables towards one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from thalweg.core.component import Component
from thalweg.core.ledger import Entry
from thalweg.engines.table import Table


@dataclass(frozen=True)
class SetAside:
    """Rows for the quarantine, as they stood before the operation, and the rule that they broke."""

    rows: Table
    rule: str


@dataclass(frozen=True)
class Integrated:
    """The table after an operation, and the account of its rows.

    `aside` are the rows that go to quarantine; the account has their number under the same rules. `learnt` is the
    operation with all that it learnt from the tables written out, where that differs: what the resolved file of a run
    shows, so that the same file over new data does the same.
    """

    table: Table
    entry: Entry
    aside: tuple[SetAside, ...] = ()
    learnt: Operation | None = None


class Operation(Component, ABC):
    """Joins, unites, derives, selects."""

    def tables(self) -> tuple[str, ...]:
        """The names of the other tables it reads."""
        return ()

    def matches(self, other: str) -> Mapping[str, str]:
        """How it finds rows of another table: {column so far: column of the other}; {} if it does not."""
        return {}

    def makes(self) -> tuple[str, ...]:
        """The columns it computes or names anew, as far as they can be told from its settings alone."""
        return ()

    @abstractmethod
    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        """The table after the operation.

        Raises ComponentError where the operation does not fit the tables, DataError where the rows break a
        promise, such as a join that fans out against its `expect`.
        """
