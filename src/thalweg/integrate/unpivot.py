"""Wide to long: a row for each of several columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import ClassVar, Literal, Self

from pydantic import field_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.integrate.agreement import may_stack
from thalweg.integrate.naming import check_names, repeated, require_all
from thalweg.integrate.operation import Integrated, Operation


class Unpivot(Operation):
    """Make a row of each of these columns: its name in one new column, its value in another.

        - unpivot: {columns: [jan, feb, mar], name: month, value: sales}

    The other columns are repeated. Rows are numbered anew, in the order of the rows and then of the columns; each
    stays in the part of the split of the row it came from.
    """

    kind: ClassVar[str] = "unpivot"

    columns: list[str]
    """The columns that become rows; their types must agree."""
    name: str = "name"
    """The new column that holds the name of the column a value came from."""
    value: str = "value"
    """The new column that holds the value."""
    missing: Literal["keep", "skip"] = "keep"
    """Whether a missing value makes a row too."""

    @field_validator("columns")
    @classmethod
    def _several(cls, columns: list[str]) -> list[str]:
        if not columns or repeated(columns):
            raise ComponentError(f"unpivot needs one or more different columns, received {columns}")
        return columns

    @classmethod
    def example(cls) -> Self:
        return cls(columns=["jan", "feb"], name="month", value="sales")

    def makes(self) -> tuple[str, ...]:
        return (self.name, self.value)

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        require_all(table, self.columns)
        first = self.columns[0]
        for name in self.columns[1:]:
            if not may_stack(table.columns[first], table.columns[name]):
                raise ComponentError(
                    f"unpivot: {first!r} is {table.columns[first]}, {name!r} is {table.columns[name]}; columns that "
                    "become one must agree: make them alike in clean with a `types` step"
                )
        stays = [name for name in table.columns if name not in self.columns]
        check_names([*stays, self.name, self.value])
        parts = [self._part(table, stays, place) for place in range(len(self.columns))]
        query = reduce(lambda one, two: exp.union(one, two, distinct=False), parts)
        types = table.session.columns(query)
        told = frozenset().union(*(table.lineage.get(name, frozenset()) for name in self.columns))
        lineage = {name: table.lineage.get(name, frozenset()) for name in stays}
        lineage |= {self.name: frozenset(), self.value: told}
        columns = {name: types[name] for name in (*stays, self.name, self.value)}
        return Integrated(replace(table, query=query, columns=columns, lineage=lineage), self._entry(table))

    def _part(self, table: Table, stays: list[str], place: int) -> exp.Select:
        """The rows that one column makes."""
        source = self.columns[place]
        values: dict[str, exp.Expr] = {name: sql.column(name) for name in (*stays, *table.hidden)}
        values |= {self.name: sql.literal(source), self.value: sql.column(source)}
        several = exp.Mul(this=sql.column(ROW), expression=sql.literal(len(self.columns)))
        values[ROW] = exp.Add(this=several, expression=sql.literal(place))
        part = sql.select(
            table.query, {name: values[name] for name in (*stays, self.name, self.value, *table.hidden)}
        )
        return part.where(sql.not_null(sql.column(source))) if self.missing == "skip" else part

    def _entry(self, table: Table) -> Entry:
        there = [sql.not_null(sql.column(name)) for name in self.columns]
        counted = [sql.true_count(each) for each in there]
        counts = table.aggregate(
            rows=sql.row_count(),
            some=sql.true_count(sql.any_of(there)),
            cells=sql.whole(sum(counted[1:], start=counted[0])),
        )
        rows, cells = counts["rows"], int(counts["cells"])
        skips = self.missing == "skip"
        kept = int(counts["some"]) if skips else rows
        rule = f"no value in {', '.join(self.columns)}"
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"unpivot {', '.join(self.columns)}",
            rows_in=rows,
            kept=kept,
            dropped=rows - kept,
            added=cells - kept if skips else rows * (len(self.columns) - 1),
            reasons=(Reason(fate="dropped", rule=rule, rows=rows - kept),) if rows > kept else (),
            notes={"missing_values": rows * len(self.columns) - cells},
        )
