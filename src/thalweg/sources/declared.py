"""Types as people write them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean

WORDS = {
    "text": "VARCHAR",
    "string": "VARCHAR",
    "str": "VARCHAR",
    "number": "DOUBLE",
    "float": "DOUBLE",
    "double": "DOUBLE",
    "integer": "BIGINT",
    "int": "BIGINT",
    "boolean": "BOOLEAN",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "datetime": "TIMESTAMP",
    "time": "TIME",
}
TYPES = {
    *(
        "BIGINT",
        "BOOLEAN",
        "DATE",
        "DOUBLE",
        "FLOAT",
        "HUGEINT",
        "INTEGER",
        "REAL",
        "SMALLINT",
        "TIME",
        "TIMESTAMP",
    ),
    *("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TINYINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT"),
    *("UUID", "VARCHAR", "DECIMAL"),
}


def sql_type(written: str, column: str) -> str:
    """The DuckDB type of a word such as `text`, `number`, `integer`, or of a type's own name such as `DECIMAL(10,2)`.

    Written in lower case, `integer`, `int` and `float` are the wide types BIGINT and DOUBLE. Raises ComponentError.
    """
    word = written.strip()
    if word in WORDS:
        return WORDS[word]
    name = " ".join(word.upper().split())
    base = name.split("(")[0].strip()
    if base not in TYPES:
        known = [*WORDS, *TYPES]
        raise ComponentError(f"column {column!r}: unknown type {written!r}; {did_you_mean(written, known)}")
    return {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE", "REAL": "FLOAT"}.get(name, name)


def readable_types(expected: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Those of the expected types that text can be read as, of the columns there are."""
    return {
        name: kind for name, kind in expected.items() if name in names and kind.split("(")[0].strip() in TYPES
    }
