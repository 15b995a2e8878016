"""New columns computed from the others of the same row."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import field_validator

from thalweg.core.errors import ComponentError
from thalweg.engines.rowwise import parse_rowwise, type_of
from thalweg.engines.table import Table
from thalweg.integrate.columns import ColumnOperation, from_mapping
from thalweg.integrate.naming import check_names


class Derive(ColumnOperation):
    """Add columns, or replace them, by SQL expressions over the columns of the same row.

        - derive: {late: "arr_delay > 15", speed: "distance / (air_time / 60)", fast: "speed > 480"}

    An expression may use those before it. Aggregates, windows, clocks and random numbers are refused: the
    value must be the same for the row alone, in training and when a prediction is asked for.
    """

    kind: ClassVar[str] = "derive"

    columns: dict[str, str]
    """The new columns, in order: name to SQL expression."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return from_mapping(value)

    @field_validator("columns")
    @classmethod
    def _named_well(cls, columns: dict[str, str]) -> dict[str, str]:
        if not columns:
            raise ComponentError('derive needs at least one column, such as {late: "arr_delay > 15"}')
        check_names(columns)
        return columns

    @classmethod
    def example(cls) -> Self:
        return cls(columns={"late": "arr_delay > 15"})

    @property
    def title(self) -> str:
        return f"derive {', '.join(self.columns)}"

    def makes(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def reshape(self, table: Table) -> Table:
        for name, text in self.columns.items():
            expression = parse_rowwise(table, text, f"expression of {name!r},")
            type_of(table, expression, f"derive {name}: {text!r}")
            table = table.change({name: expression})
            check_names(table.columns)
        return table
