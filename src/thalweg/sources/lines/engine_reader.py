"""The engine's own CSV reader, called with everything said and nothing left for it to guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from thalweg.engines import sql
from thalweg.sources.lines.records import LONGEST, Grammar


@dataclass(frozen=True)
class Values:
    """How the text of a field becomes a value. Empty is always NULL."""

    nulls: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str | None = None
    date_format: str | None = None
    timestamp_format: str | None = None
    trim: bool = False

    @property
    def null_spellings(self) -> list[str]:
        """Every spelling of NULL: with `trim`, also with the spaces that would be trimmed (up to two a side)."""
        spellings = ["", *self.nulls]
        if self.trim:
            pads = ("", " ", "  ")
            spellings = [before + text + after for text in spellings for before in pads for after in pads]
        return list(dict.fromkeys(spellings))

    def english(self, number: bytes) -> bytes:
        """The text of a number with a decimal point and no thousands separators."""
        bare = number.replace(self.thousands.encode(), b"") if self.thousands else number
        return bare.replace(self.decimal.encode(), b".")


def position(index: int) -> str:
    """The name a column goes by inside the reader; its own name may hold anything."""
    return f"c{index}"


def read_csv(
    files: Sequence[Path], grammar: Grammar, types: Sequence[str], values: Values, **others: Any
) -> exp.Table:
    """The rows of files as columns `c0`, `c1` … of the given types, to stand after FROM.

    `others` are further options of the reader, such as `skip`, `header`, `store_rejects`.
    """
    columns = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(position(index)), expression=sql.literal(kind))
            for index, kind in enumerate(types)
        ]
    )
    options = {**_shared(grammar, values), "columns": columns, "auto_detect": False, **others}
    return _call("read_csv", sql.files(files), options)


def sniff_csv(file: Path, grammar: Grammar, values: Values, header: bool | None) -> exp.Table:
    """What the engine makes of a file's columns, as one row to stand after FROM."""
    options: dict[str, Any] = {**_shared(grammar, values), "skip": 0, "sample_size": -1}
    if header is not None:
        options["header"] = header
    return _call("sniff_csv", sql.files([file]).expressions[0], options)


def _shared(grammar: Grammar, values: Values) -> dict[str, Any]:
    options: dict[str, Any] = {
        "delim": grammar.delimiter,
        "quote": grammar.quote,
        "escape": grammar.escape if grammar.quote else "",
        "comment": "",
        "nullstr": exp.Array(expressions=[sql.literal(text) for text in values.null_spellings]),
        "decimal_separator": values.decimal,
        "max_line_size": LONGEST,
    }
    optional = {
        "thousands": values.thousands,
        "dateformat": values.date_format,
        "timestampformat": values.timestamp_format,
    }
    return options | {name: value for name, value in optional.items() if value is not None}


def _call(name: str, subject: exp.Expr, options: dict[str, Any]) -> exp.Table:
    named = [
        exp.Kwarg(
            this=exp.var(option),
            expression=value if isinstance(value, exp.Expr) else sql.literal(value),
        )
        for option, value in options.items()
    ]
    return exp.Table(this=exp.Anonymous(this=name, expressions=[subject, *named]))
