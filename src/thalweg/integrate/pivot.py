"""Long to wide: a column for each value of one, a row for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import SPLIT, Table
from thalweg.engines.types import family, is_number
from thalweg.integrate.exact import as_sum, check_summable, summand
from thalweg.integrate.naming import check_names, require_all
from thalweg.integrate.operation import Integrated, Operation

Function = Literal["only", "count", "sum", "mean", "min", "max"]
MOST = 200  # values that may become columns without being listed


class Pivot(Operation):
    """Make a column of each value of a column, and one row of those that share a key.

        - pivot: {by: [country, year], column: indicator, values: {amount: sum}}

    A column is called `amount_gdp`: the column whose values it holds, and the value it stands for. The values are
    those of the training rows, in their order, unless the file lists them in `take`, as the resolved file of a run
    does; rows with another value are
    counted, and fill no column. Columns that are not named are left behind. A row keeps the number of the first of
    its key. Rows of one key must all belong to the same part of the split.
    """

    kind: ClassVar[str] = "pivot"

    by: list[str]
    """The key: what a row of the result stands for."""
    column: str
    """The column whose values become columns."""
    values: dict[str, Function]
    """Column to what becomes of its values: only (there is one; more are refused), count, sum, mean, min, max. A
    column alone stands for only."""
    take: list[str | int | bool] | None = None
    """The values that become columns. Left out: those of the training rows, 200 at most."""

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, by: Any) -> Any:
        return [by] if isinstance(by, str) else by

    @field_validator("values", mode="before")
    @classmethod
    def _only(cls, values: Any) -> Any:
        names = [values] if isinstance(values, str) else values
        return dict.fromkeys(names, "only") if isinstance(names, list) else names

    @field_validator("by", "values", "take")
    @classmethod
    def _some(cls, given: Any) -> Any:
        if given is not None and not given:
            raise ComponentError(
                "pivot needs at least one column in `by` and `values`, and one value in `take`"
            )
        return given

    @classmethod
    def example(cls) -> Self:
        return cls(by=["country", "year"], column="indicator", values={"amount": "sum"})

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        require_all(table, [*self.by, self.column, *self.values])
        self._check_types(table)
        if self.column in self.by or self.column in self.values:
            raise ComponentError(
                f"pivot: {self.column!r} becomes columns; it can't be in `by` or `values` too"
            )
        taken = [_name(value) for value in self.take] if self.take else self._learnt(table)
        self._check_groups(table)
        made = {
            f"{name}_{value}": self._cell(table, name, function, value)
            for name, function in self.values.items()
            for value in taken
        }
        check_names([*self.by, *made])
        pivoted = self._pivoted(table, made)
        learnt = None if self.take else self.model_copy(update={"take": taken})
        return Integrated(pivoted, self._entry(table, pivoted.count(), taken), learnt=learnt)

    def _check_types(self, table: Table) -> None:
        if family(table.columns[self.column]) not in ("text", "integer", "boolean", "date"):
            raise ComponentError(
                f"pivot: the values of {self.column!r} can't be names of columns: it is {table.columns[self.column]}; "
                "expected text, whole numbers, booleans or days"
            )
        for name, function in self.values.items():
            if function in ("sum", "mean"):
                if not is_number(table.columns[name]):
                    raise ComponentError(
                        f"pivot: the {function} of {name!r} needs a number, found {table.columns[name]}"
                    )
                check_summable(table, name)

    def _learnt(self, table: Table) -> list[str]:
        """The values of the training rows, in order."""
        named = sql.select(table.training().query, {"value": sql.column(self.column)})
        named = named.where(sql.not_null(sql.column(self.column))).distinct()
        ordered = sql.select(named, {"value": _text(sql.column("value"))}).order_by(sql.column("value", "t"))
        found = [value for (value,) in table.session.rows(ordered.limit(MOST + 1))]
        if len(found) > MOST or not found:
            many = f"more than {MOST}" if found else "no"
            raise DataError(
                f"pivot: {self.column!r} has {many} values in the training rows of {table.name!r}",
                hint="list those that should become columns: take: [gdp, population]",
            )
        return found

    def _check_groups(self, table: Table) -> None:
        """Raises DataError where rows of one key lie in several parts, or `only` finds several values."""
        groups = self._grouped(table, {"rows": sql.row_count()})
        if table.split:
            part = exp.Coalesce(this=sql.column(SPLIT), expressions=[sql.literal(-1)])
            mixed = exp.NEQ(this=exp.Min(this=part.copy()), expression=exp.Max(this=part))
            if (found := self._count(table, groups.copy().having(mixed))) > 0:
                raise DataError(
                    f"pivot: the rows of {found:,} keys belong to different parts of the split, so that it can't be "
                    "told which part the row made of them is for",
                    hint=f"divide by the key, in dataset: split: {{group: {self.by[0]}}}",
                )
        for name in (name for name, function in self.values.items() if function == "only"):
            several = exp.GT(this=exp.Count(this=sql.column(name)), expression=sql.literal(1))
            cells = self._grouped(table, {"rows": sql.row_count()}).group_by(sql.column(self.column))
            if (found := self._count(table, cells.having(several))) > 0:
                key = ", ".join([*self.by, self.column])
                raise DataError(
                    f"pivot: expected one value of {name!r} for each {key}, but {found:,} have several",
                    hint=f"say what to make of them, such as values: {{{name}: sum}}",
                )

    def _count(self, table: Table, groups: exp.Select) -> int:
        ((found,),) = table.session.rows(sql.select(groups, {"groups": sql.row_count()}))
        return found

    def _grouped(self, table: Table, values: Mapping[str, exp.Expr]) -> exp.Select:
        return sql.select(table.query, values).group_by(*(sql.column(name) for name in self.by))

    def _cell(self, table: Table, name: str, function: Function, value: str) -> exp.Expr:
        """What the rows of one key and one value come to."""
        sql_type = table.columns[name]
        here = exp.EQ(this=_text(sql.column(self.column)), expression=sql.literal(value))
        exact = function in ("sum", "mean")
        operand = summand(name, sql_type) if exact else sql.column(name)
        chosen = exp.Case().when(here, operand).else_(exp.null())
        counted = exp.Count(this=chosen.copy())
        if function == "count":
            return counted
        if function in ("only", "min", "max"):
            return (exp.Min if function == "min" else exp.Max)(this=chosen)
        total = exp.Sum(this=chosen)
        if function == "sum":
            return as_sum(total, sql_type)
        return exp.Div(this=sql.cast(total, "DOUBLE"), expression=sql.call("nullif", counted, 0))

    def _pivoted(self, table: Table, made: Mapping[str, exp.Expr]) -> Table:
        kept = {name: sql.column(name) for name in self.by}
        hidden = {name: exp.Min(this=sql.column(name)) for name in table.hidden}
        query = self._grouped(table, {**kept, **made, **hidden})
        types = table.session.columns(query)
        lineage = {name: table.lineage.get(name, frozenset()) for name in self.by}
        told = table.lineage.get(self.column, frozenset())
        for column in self.values:
            own = {name for name in made if name.startswith(f"{column}_")}
            lineage |= {
                name: lineage.get(name, frozenset()) | told | table.lineage.get(column, frozenset())
                for name in own
            }
        columns = {name: types[name] for name in (*self.by, *made)}
        return replace(table, query=query, columns=columns, lineage=lineage)

    def _entry(self, table: Table, kept: int, taken: Sequence[str]) -> Entry:
        value = sql.column(self.column)
        names = [sql.literal(name) for name in taken]
        listed = exp.In(this=_text(value), expressions=names)
        counts = table.aggregate(
            rows=sql.row_count(),
            missing=sql.true_count(sql.is_null(value)),
            unseen=sql.true_count(sql.negated(listed)),
        )
        rows, merged = counts["rows"], counts["rows"] - kept
        rule = f"same {', '.join(self.by)} as a row that was kept"
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"pivot {self.column}",
            rows_in=rows,
            kept=kept,
            merged=merged,
            reasons=(Reason(fate="merged", rule=rule, rows=merged),) if merged else (),
            notes={
                "values": list(taken),
                "learnt": self.take is None,
                "rows_with_another_value": int(counts["unseen"]),
                "rows_without_value": int(counts["missing"]),
            },
        )


def _name(value: str | int | bool) -> str:
    """A value of the file as the engine writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: exp.Expr) -> exp.Expr:
    return sql.cast(value.copy(), "VARCHAR")
