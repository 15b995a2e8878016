"""The table a chain of operations starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from thalweg.core.errors import ComponentError
from thalweg.core.ledger import Entry
from thalweg.engines.table import Table
from thalweg.integrate.naming import find
from thalweg.integrate.operation import Integrated, Operation


class From(Operation):
    """The main table: what a row of the result stands for. Written first, once.

    - from: flights
    """

    kind: ClassVar[str] = "from"

    table: str
    """The name of the table, one of `sources`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"table": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Self:
        return cls(table="flights")

    def tables(self) -> tuple[str, ...]:
        return (self.table,)

    def start(self, tables: Mapping[str, Table]) -> Integrated:
        """The main table as it is. Raises ComponentError where there is none of that name."""
        table = find(tables, self.table)
        rows = table.count()
        entry = Entry(stage="integrate", table=table.name, step=f"from {self.table}", rows_in=rows, kept=rows)
        return Integrated(table, entry)

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        raise ComponentError(
            f"'from: {self.table}' may only come first; to bring in the columns of {self.table!r} write a "
            "join, to add its rows write a union"
        )
