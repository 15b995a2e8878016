"""Some columns, in a chosen order."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import field_validator

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.columns import ColumnOperation, from_list
from thalweg.integrate.naming import check_names, require_all


class Select(ColumnOperation):
    """Keep these columns, in this order, and no others.

    - select: [carrier, origin, dest, distance, late]
    """

    kind: ClassVar[str] = "select"

    columns: list[str]
    """The columns to keep."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return from_list(value)

    @field_validator("columns")
    @classmethod
    def _some(cls, columns: list[str]) -> list[str]:
        if not columns:
            raise ComponentError("select needs at least one column, such as [carrier, late]")
        check_names(columns)
        return columns

    @classmethod
    def example(cls) -> Self:
        return cls(columns=["carrier", "late"])

    @property
    def title(self) -> str:
        return f"select {', '.join(self.columns)}"

    def reshape(self, table: Table) -> Table:
        require_all(table, self.columns)
        return table.select({name: sql.column(name) for name in self.columns})
