"""Fewer columns."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import field_validator

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.columns import ColumnOperation, from_list
from thalweg.integrate.naming import check_names, require_all


class Drop(ColumnOperation):
    """Take these columns away.

    - drop: [flight, tailnum]
    """

    kind: ClassVar[str] = "drop"

    columns: list[str]
    """The columns to take away."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return from_list(value)

    @field_validator("columns")
    @classmethod
    def _some(cls, columns: list[str]) -> list[str]:
        if not columns:
            raise ComponentError("drop needs at least one column, such as [flight, tailnum]")
        check_names(columns)
        return columns

    @classmethod
    def example(cls) -> Self:
        return cls(columns=["tailnum"])

    @property
    def title(self) -> str:
        return f"drop {', '.join(self.columns)}"

    def reshape(self, table: Table) -> Table:
        require_all(table, self.columns)
        left = [name for name in table.columns if name not in self.columns]
        if not left:
            raise ComponentError(f"drop would leave table {table.name!r} without columns; keep at least one")
        return table.select({name: sql.column(name) for name in left})
