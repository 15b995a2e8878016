"""How Spark carries a value of each of DuckDB's types: the same values in the same order.

Spark has no unsigned or 128-bit integers, no enumerations, no UUIDs and no times of day in files. Such a value travels
as its *carrier*, a wider number or a text that sorts and compares as the value does, and becomes what it was wherever
DuckDB's own functions see it and when it leaves the session.
"""

from __future__ import annotations

import re
from functools import cache

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql

CARRIERS = {
    "BOOLEAN": "BOOLEAN",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INTEGER": "INTEGER",
    "BIGINT": "BIGINT",
    "HUGEINT": "DECIMAL(38,0)",
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "VARCHAR": "VARCHAR",
    "UUID": "VARCHAR",
    "TIME": "VARCHAR",
    "BLOB": "BLOB",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP WITH TIME ZONE",
}
"""DuckDB's type of the carrier of each plain type."""

SPARK = {
    "BOOLEAN": "BOOLEAN",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "VARCHAR": "STRING",
    "BLOB": "BINARY",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}
"""Spark's name of each carrier's type."""

NESTED = (exp.DType.ARRAY, exp.DType.LIST, exp.DType.STRUCT, exp.DType.MAP)
NOT_IN_FILES = ("UUID", "TIME", "TIMESTAMP_S", "TIMESTAMP_MS")
"""What Spark can carry and can't read from a Parquet file; such files are read by the driver."""


@cache
def carrier(sql_type: str) -> str:
    """DuckDB's type of what Spark holds in place of a value of `sql_type`.

    Raises ComponentError for a type whose values Spark can't hold.
    """
    if sql_type in CARRIERS:
        return CARRIERS[sql_type]
    if re.fullmatch(r"DECIMAL\(\d+,\d+\)", sql_type):
        return sql_type
    if sql_type.startswith("ENUM("):
        return "VARCHAR"
    if _is_nested(sql_type):
        spark_type(sql_type)
        return sql_type
    raise ComponentError(
        f"Spark can't hold values of type {sql_type}; give the column another type with a `types` step or in "
        "its source, drop it, or run with compute: {data: duckdb}"
    )


@cache
def spark_type(sql_type: str) -> str:
    """Spark's name, as in a schema, of the type that carries values of a DuckDB type."""
    if _is_nested(sql_type):
        return _nested(exp.DataType.build(sql_type, dialect=sql.DIALECT))
    held = carrier(sql_type)
    return SPARK.get(held, held)


def readable(sql_type: str) -> bool:
    """Whether Spark reads a column of this type from a Parquet file as its carrier."""
    return sql_type not in NOT_IN_FILES


def ordered_alike(sql_type: str) -> bool:
    """Whether carriers sort as the values do: not those of enumerations, whose order is that of their definition."""
    return not sql_type.startswith("ENUM(") and not _is_nested(sql_type)


def schema(columns: dict[str, str]) -> str:
    """Spark's schema of the carriers of some columns."""
    named = (f"`{name.replace('`', '``')}` {spark_type(kind)}" for name, kind in columns.items())
    return ", ".join(named)


def _is_nested(sql_type: str) -> bool:
    return sql_type.endswith("]") or sql_type.startswith(("STRUCT(", "MAP("))


def _nested(parsed: exp.DataType) -> str:
    """The schema of a list, structure or map, whose parts must be their own carriers."""
    if parsed.this not in NESTED:
        plain = _plain(parsed)
        if carrier(plain) != plain:
            raise ComponentError(
                f"Spark can't hold values of type {plain} inside lists or structures; unnest or drop the column, "
                "or run with compute: {data: duckdb}"
            )
        return spark_type(plain)
    parts = parsed.expressions
    if parsed.this == exp.DType.STRUCT and not all(isinstance(part, exp.ColumnDef) for part in parts):
        raise ComponentError(
            "Spark can't hold structures whose fields have no names; name them, or use duckdb"
        )
    if parsed.this == exp.DType.STRUCT:
        fields = (f"`{part.name}`: {_nested(part.args['kind'])}" for part in parts)
        return f"STRUCT<{', '.join(fields)}>"
    word = "MAP" if parsed.this == exp.DType.MAP else "ARRAY"
    return f"{word}<{', '.join(_nested(part) for part in parts)}>"


def _plain(parsed: exp.DataType) -> str:
    """A type as DESCRIBE prints it."""
    written = parsed.sql(dialect=sql.DIALECT).replace(", ", ",")
    return {
        "INT": "INTEGER",
        "TEXT": "VARCHAR",
        "REAL": "FLOAT",
        "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    }.get(written, written)
