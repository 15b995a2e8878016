"""What a column of SQLite holds: its declared type, held against every value in it.

SQLite is given SQL as text here, of identifiers it quotes itself: it is the source, not one of the engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

AT_ONCE = 100  # columns in one pass; SQLite refuses more than 2,000 results
DOUBT = 0.01  # the share of values that may contradict a declared type before the type is wrong
ARROW = {
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR": pa.string(),
    "BLOB": pa.binary(),
}
# words in a declared type, as SQLite itself looks for them; dates and booleans, which it does not know, first
WORDS = (
    (("BOOL",), "BOOLEAN"),
    (("DATETIME", "TIMESTAMP"), "TIMESTAMP"),
    (("DATE",), "DATE"),
    (("INT",), "BIGINT"),
    (("CHAR", "CLOB", "TEXT"), "VARCHAR"),
    (("BLOB",), "BLOB"),
    (("REAL", "FLOA", "DOUB", "NUM", "DEC"), "DOUBLE"),
)
# `+0 days` makes SQLite turn February 30th into March 1st, which it then is not
DAY = "substr({c}, 1, 10)"
ISO = "{c} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(" + DAY + ", '+0 days') = " + DAY
FITS = {
    "BIGINT": "typeof({c}) = 'integer'",
    "DOUBLE": "typeof({c}) IN ('integer', 'real')",
    "BOOLEAN": "typeof({c}) = 'integer' AND {c} IN (0, 1)",
    "DATE": "typeof({c}) = 'text' AND length({c}) = 10 AND " + ISO,
    "TIMESTAMP": "typeof({c}) = 'text' AND julianday({c}) IS NOT NULL AND " + ISO,
    "VARCHAR": "typeof({c}) <> 'blob'",
    "BLOB": "typeof({c}) = 'blob'",
}
VALUES = {
    "DOUBLE": "CASE typeof({c}) WHEN 'integer' THEN CAST({c} AS REAL) ELSE {c} END",
    "VARCHAR": "CAST({c} AS TEXT)",
}
WIDENING = ("BOOLEAN", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BLOB", "VARCHAR")


def quoted(name: str) -> str:
    """An identifier of SQLite."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class SqliteColumn:
    """A column: its name, the type it is read as, and what was declared."""

    name: str
    type: str
    declared: str

    @property
    def value(self) -> str:
        """The SQL of its value, ready for Arrow."""
        return VALUES.get(self.type, "{c}").format(c=quoted(self.name))

    @property
    def misfit(self) -> str:
        """The SQL of whether a value is not of its type."""
        name = quoted(self.name)
        return f"({name} IS NOT NULL AND NOT ({FITS[self.type].format(c=name)}))"


def declared_type(declared: str) -> str | None:
    """The type that a declaration such as `NVARCHAR(160)` means; None where it means nothing."""
    upper = declared.upper()
    return next((kind for words, kind in WORDS if any(word in upper for word in words)), None)


def settled_types(
    connection: Any, table: str, declared: Sequence[tuple[str, str]]
) -> tuple[list[SqliteColumn], dict[str, str]]:
    """The types to read columns as, after one look at every value; and notes on those that are not as declared."""
    columns, notes = [], {}
    counts = _census(connection, table, [name for name, _ in declared])
    for (name, written), found in zip(declared, counts, strict=True):
        total = found.pop("all")
        kind = declared_type(written)
        if kind is None or total - found[kind] > DOUBT * total:
            actual = next((each for each in WIDENING if total == found[each]), "VARCHAR")
            actual = actual if total else kind or "VARCHAR"
            if kind is not None and actual != kind:
                notes[name] = f"declared {written}, and read as {actual}, which is what it holds"
            kind = actual
        columns.append(SqliteColumn(name, kind, written))
    return columns, notes


def _census(connection: Any, table: str, names: Sequence[str]) -> list[dict[str, int]]:
    """For each column, how many values there are, and how many are of each type; a few columns at a time."""
    counted = []
    for start in range(0, len(names), AT_ONCE):
        tests = [test for name in names[start : start + AT_ONCE] for test in _tests(quoted(name))]
        row = connection.execute(f"SELECT {', '.join(tests)} FROM {quoted(table)}").fetchone()
        width = len(FITS) + 1
        cuts = (row[at : at + width] for at in range(0, len(row), width))
        counted += [dict(zip(["all", *FITS], map(int, cut), strict=True)) for cut in cuts]
    return counted


def _tests(column: str) -> list[str]:
    fits = (f"total({column} IS NOT NULL AND {fit.format(c=column)})" for fit in FITS.values())
    return [f"count({column})", *fits]
