"""Expressions over the columns of a layer, each by Spark's own SQL where that means the same, else by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.on_spark.aggregates import refuse
from thalweg.engines.on_spark.binder import Binder, Columns, empty
from thalweg.engines.on_spark.constant import constant, is_constant
from thalweg.engines.on_spark.function import Functions
from thalweg.engines.on_spark.native import Native, NotNative
from thalweg.engines.rowwise import ACROSS_ROWS, VOLATILE


class Rowwise:
    """Translates values over one row."""

    def __init__(self, binder: Binder, functions: Functions):
        self.binder = binder
        self.functions = functions

    def values(
        self, wanted: Mapping[str, exp.Expr], columns: Columns, types: Mapping[str, str] | None = None
    ) -> tuple[dict[str, exp.Expr], Columns]:
        """Expressions by name in Spark's dialect, and the DuckDB types of their values; `types` are wanted instead."""
        plain = {name: columns[value.name] for name, value in wanted.items() if _is_known(value, columns)}
        asked = {name: value for name, value in wanted.items() if name not in plain}
        found = self.binder.types(list(asked.values()), columns) if asked else []
        told = {
            name: self._type(value, kind, columns)
            for (name, value), kind in zip(asked.items(), found, strict=True)
        }
        kinds = {name: plain.get(name) or told[name] for name in wanted}
        kinds |= types or {}
        return {name: self._value(value, kinds[name], columns) for name, value in wanted.items()}, kinds

    def conditions(self, condition: exp.Expr, columns: Columns) -> list[exp.Expr]:
        """The parts of a conjunction in Spark's dialect."""
        inner = condition.this if isinstance(condition, exp.Paren) else condition
        if isinstance(inner, exp.And):
            return [*self.conditions(inner.this, columns), *self.conditions(inner.expression, columns)]
        return [self._value(condition, "BOOLEAN", columns)]

    def _type(self, value: exp.Expr, kind: str | None, columns: Columns) -> str:
        if kind is not None:
            return kind
        self.binder.described(sql.select(empty(columns), {"value": value}))  # says what is wrong with it
        raise refuse(value, "it looks at other rows, or gives several values")

    def _value(self, value: exp.Expr, kind: str, columns: Columns) -> exp.Expr:
        if _is_known(value, columns) and columns[value.name] == kind:
            return value.copy()
        if is_constant(value):
            return constant(self.binder, value, kind)
        try:
            return Native(self.binder, columns).translated(value, kind)
        except NotNative:
            return self._by_duckdb(value, kind, columns)

    def _by_duckdb(self, value: exp.Expr, kind: str, columns: Columns) -> exp.Expr:
        other = value.find(*ACROSS_ROWS, *VOLATILE, exp.Query)
        if other is not None:
            raise refuse(other, "it looks at other rows, or gives another value on every run")
        read = {name: columns[name] for name in sql.columns_of(value)}
        return self.functions.call(value, kind, read)


def _is_known(value: exp.Expr, columns: Columns) -> bool:
    """Whether a value is a column as it stands."""
    return isinstance(value, exp.Column) and not value.table and value.name in columns
