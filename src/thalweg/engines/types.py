"""What a column's SQL type means for the stages that follow."""

from __future__ import annotations

from typing import Literal

Family = Literal[
    "boolean", "integer", "number", "text", "date", "timestamp", "time", "bytes", "nested", "other"
]

INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
}
PLAIN: dict[str, Family] = {
    "BOOLEAN": "boolean",
    "FLOAT": "number",
    "DOUBLE": "number",
    "VARCHAR": "text",
    "DATE": "date",
    "TIME": "time",
    "BLOB": "bytes",
    "UUID": "text",
}


def family(sql_type: str) -> Family:
    """The family of a DuckDB type as DESCRIBE prints it, such as `DECIMAL(10,2)` or `INTEGER[]`."""
    name = sql_type.upper()
    if name.endswith("]") or name.startswith(("STRUCT", "MAP", "UNION")):
        return "nested"
    if name in INTEGERS:
        return "integer"
    if name.startswith("DECIMAL"):
        return "number"
    if name.startswith("TIMESTAMP"):
        return "timestamp"
    if name.startswith("ENUM"):
        return "text"
    return PLAIN.get(name, "other")


def is_number(sql_type: str) -> bool:
    """Whether arithmetic makes sense: integers, decimals, floats."""
    return family(sql_type) in ("integer", "number")


def is_moment(sql_type: str) -> bool:
    """Whether values are days or points in time."""
    return family(sql_type) in ("date", "timestamp")
