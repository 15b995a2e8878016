"""Other names for columns."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import field_validator

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.columns import ColumnOperation, from_mapping
from thalweg.integrate.naming import check_names, require_all


class Rename(ColumnOperation):
    """Give columns other names, all at once, so that two may change places.

    - rename: {dest: destination, arr_delay: arrival_delay}
    """

    kind: ClassVar[str] = "rename"

    columns: dict[str, str]
    """Old name to new name."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return from_mapping(value)

    @field_validator("columns")
    @classmethod
    def _named_well(cls, columns: dict[str, str]) -> dict[str, str]:
        if not columns:
            raise ComponentError("rename needs at least one column, such as {dest: destination}")
        check_names(columns.values())
        return columns

    @classmethod
    def example(cls) -> Self:
        return cls(columns={"dest": "destination"})

    @property
    def title(self) -> str:
        return f"rename {', '.join(f'{old} to {new}' for old, new in self.columns.items())}"

    def makes(self) -> tuple[str, ...]:
        return tuple(self.columns.values())

    def reshape(self, table: Table) -> Table:
        require_all(table, self.columns)
        renamed = {self.columns.get(name, name): sql.column(name) for name in table.columns}
        names = [self.columns.get(name, name) for name in table.columns]
        check_names(names)
        return table.select(renamed)
