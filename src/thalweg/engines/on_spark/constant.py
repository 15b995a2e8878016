"""Values that depend on no row, worked out by DuckDB and written as Spark writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.on_spark.binder import Binder
from thalweg.engines.on_spark.types import carrier, spark_type
from thalweg.engines.rowwise import VOLATILE

VARYING = (exp.Column, exp.Query, exp.AggFunc, exp.Window, exp.Star, *VOLATILE)


def is_constant(value: exp.Expr) -> bool:
    """Whether an expression has the same value for every row."""
    return value.find(*VARYING) is None


def constant(binder: Binder, value: exp.Expr, sql_type: str) -> exp.Expr:
    """A constant expression of DuckDB's as the carrier of its value, in Spark's dialect.

    Raises ComponentError for a value of a nested type.
    """
    held = carrier(sql_type)
    found = binder.constant(sql.cast(value.copy(), sql_type), held).as_py()
    if found is None:
        return typed(exp.null(), sql_type)
    if held == "VARCHAR" and isinstance(found, str):
        return exp.Literal.string(found)
    if isinstance(found, (bool, int)) and held in ("BOOLEAN", "INTEGER"):
        return exp.convert(found)
    return typed(exp.Literal.string(_text(found, sql_type)), sql_type)


def typed(value: exp.Expr, sql_type: str) -> exp.Expr:
    """A value of Spark's cast to the type that carries a DuckDB type."""
    return exp.Cast(this=value, to=exp.DataType.build(spark_type(sql_type), dialect="spark"))


def _text(value: Any, sql_type: str) -> str:
    if isinstance(value, float):
        return repr(value).replace("inf", "Infinity").replace("nan", "NaN")
    if isinstance(value, datetime):
        text = value.replace(tzinfo=None).isoformat(sep=" ")
        return f"{text} UTC" if value.tzinfo else text
    if isinstance(value, (date, bool, int, Decimal)):
        return str(value).lower()
    raise ComponentError(f"Spark can't be given a constant of type {sql_type}; choose the embedded engine")
