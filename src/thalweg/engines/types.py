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


def element(sql_type: str) -> str | None:
    """The type of the elements of a list or array, such as `DOUBLE` of `DOUBLE[]` and `DOUBLE[3]`; else None."""
    return sql_type[: sql_type.rindex("[")] if sql_type.endswith("]") else None


def fields(sql_type: str) -> dict[str, str] | None:
    """The fields of a structure with their types, as DESCRIBE prints them: `STRUCT(a DOUBLE, "b c" INTEGER)`."""
    if not sql_type.upper().startswith("STRUCT(") or not sql_type.endswith(")"):
        return None
    return dict(_field(part.strip()) for part in _parts(sql_type[len("STRUCT(") : -1]))


def _parts(text: str) -> list[str]:
    """A text cut at the commas that stand outside quotes and parentheses."""
    parts, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if sign == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _field(text: str) -> tuple[str, str]:
    """`"b c" INTEGER` as name and type; a quote inside a name stands twice."""
    if not text.startswith('"'):
        name, _, kind = text.partition(" ")
        return name, kind
    end = 1
    while text[end : end + 2] == '""' or text[end] != '"':
        end += 2 if text[end : end + 2] == '""' else 1
    return text[1:end].replace('""', '"'), text[end + 1 :].strip()
