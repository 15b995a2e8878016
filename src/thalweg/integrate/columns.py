"""Operations that change columns and never rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from thalweg.core.ledger import Entry
from thalweg.engines.table import Table
from thalweg.integrate.operation import Integrated, Operation


class ColumnOperation(Operation, ABC):
    """An operation whose rows are those it was given, in number and in order.

    A chain that already knows the number of rows calls `reshape` and `entry`, and nothing is computed.
    """

    @abstractmethod
    def reshape(self, table: Table) -> Table:
        """The table with other columns. Raises ComponentError where the operation does not fit the table."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The operation in a few words, for the account of rows."""

    def entry(self, table: Table, rows: int) -> Entry:
        """The account: every row is kept."""
        return Entry(stage="integrate", table=table.name, step=self.title, rows_in=rows, kept=rows)

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        return Integrated(self.reshape(table), self.entry(table, table.count()))


def from_list(value: Any) -> Any:
    """The fields that a name, or a list of names, is short for."""
    if isinstance(value, str):
        return {"columns": [value]}
    return {"columns": value} if isinstance(value, list) else value


def from_mapping(value: Any) -> Any:
    """The fields that {name: …, name: …} is short for. A column may itself be called `columns`."""
    in_full = (
        isinstance(value, Mapping) and set(value) == {"columns"} and isinstance(value["columns"], Mapping)
    )
    return {"columns": value} if isinstance(value, Mapping) and not in_full else value
