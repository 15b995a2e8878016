"""Lines taken out of a file before the engine reads it: slower than the engine, and exact.

Only files get here in which the engine was seen to fail: a quote that is never closed makes it swallow the lines that
follow, mixed line ends make it stop, and a fraction in a column declared as integers would be rounded.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO
from uuid import uuid4

from thalweg.core.files import storage_errors
from thalweg.sources.lines.carry import INTEGERS, Column
from thalweg.sources.lines.engine_reader import Values
from thalweg.sources.lines.records import LONGEST, Grammar, Record, records
from thalweg.sources.lines.survey import Survey
from thalweg.sources.lines.text import Text
from thalweg.sources.rejected_file import RejectedFile

BROKEN_QUOTE = "a broken quote"
TOO_LONG = f"longer than {LONGEST // 2**20} MiB"
STRAY_RETURN = "a carriage return inside a line"
WHOLE = re.compile(rb"\s*[-+]?\d+(?:\.0*)?\s*")
FRACTION = re.compile(
    rb"\s*[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?\s*|\s*[-+]?(?:nan|inf\w*)\s*", re.IGNORECASE
)
TIME_OF_DAY = re.compile(
    rb"\s*\d{4,}[-/]\d{1,2}[-/]\d{1,2}[ T](?!0{1,2}:00(?::00(?:\.0*)?)?\s*Z?\s*$).+", re.DOTALL
)


class Aside:
    """Records set aside, and the shifts of the lines that stay."""

    def __init__(self, name: str, path: Path):
        self.file = RejectedFile(path, name)
        self.shifts = array("q")

    def add(self, record: Record, rule: str, reason: str) -> None:
        text = record.text.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
        self.file.add(record.line, text, rule, reason)
        for number in range(record.line, record.line + max(record.text.count(b"\n"), 1)):
            self.shifts.append(number - len(self.shifts))


def set_aside(
    text: Text,
    grammar: Grammar,
    values: Values,
    columns: Sequence[Column],
    *,
    skip: int,
    header: bool,
    scratch: Path,
) -> Text:
    """A copy of a text without the lines that the engine cannot be trusted with.

    Those are lines with broken quotes or stray carriage returns, lines too long, and records with a value that a
    declared integer or DATE column would round. Line ends become line feeds, but for those inside quotes.
    """
    copy = scratch / f"{uuid4().hex}.txt"
    aside = Aside(text.name, copy.with_suffix(".parquet"))
    checks = {i: column for i, column in enumerate(columns) if not column.guessed and _rounds(column)}
    kept = 0
    with storage_errors(copy), text.path.open("rb") as source, copy.open("wb") as target:
        lines = _copy_lines(source, target, skip)
        source.seek(0)
        for record in records(source, grammar, skip):
            wrong = what_is_wrong(record, grammar) or (
                rounded(record, grammar, values, checks) if checks and (kept or not header) else None
            )
            if wrong:
                aside.add(record, *wrong)
                continue
            body = record.text.rstrip(b"\r\n")
            target.write(body + b"\n")
            kept += bool(body) or len(columns) == 1
            lines += body.count(b"\n") + 1
        aside.file.close()
    plain = Survey(lines, "\n", text.survey.quotes)
    return replace(text, path=copy, survey=plain, shifts=aside.shifts, aside=aside.file.path, records=kept)


def _copy_lines(source: IO[bytes], target: IO[bytes], count: int) -> int:
    copied = [source.readline() for _ in range(count)]
    target.writelines(line.rstrip(b"\r\n") + b"\n" for line in copied)
    return len(copied)


def _rounds(column: Column) -> bool:
    return column.type in INTEGERS or column.type == "DATE"


def what_is_wrong(record: Record, grammar: Grammar) -> tuple[str, str] | None:
    """The rule that a piece of a file breaks, and the reason in full; None of a record."""
    if record.sound:
        return None
    if len(record.text) >= LONGEST:
        return TOO_LONG, f"{TOO_LONG}: {len(record.text):,} bytes"
    if b"\r" in record.text.rstrip(b"\r\n") and (
        not grammar.quote or grammar.quote.encode() not in record.text
    ):
        return STRAY_RETURN, STRAY_RETURN
    return BROKEN_QUOTE, "a quote that is never closed, or is followed by more than a delimiter"


def rounded(
    record: Record, grammar: Grammar, values: Values, checks: Mapping[int, Column]
) -> tuple[str, str] | None:
    """The rule broken by the first value of a record that its declared column would round."""
    fields = grammar.split(record.text)
    for index, column in checks.items():
        value = grammar.value(fields[index]) if index < len(fields) else b""
        if _would_round(values.english(value), column):
            rule = f"{column.name} is not of type {column.type}"
            return (
                rule,
                f"{column.name}: {value.decode('utf-8', 'backslashreplace')!r} is not of type {column.type}",
            )
    return None


def _would_round(value: bytes, column: Column) -> bool:
    if column.type == "DATE":
        return TIME_OF_DAY.fullmatch(value) is not None
    if WHOLE.fullmatch(value):
        low, high = INTEGERS[column.type]
        return not low <= int(value.split(b".")[0]) <= high
    return FRACTION.fullmatch(value) is not None and not _whole_exponent(value)


def _whole_exponent(value: bytes) -> bool:
    number = float(value)
    return number == number and number.is_integer() and abs(number) <= 2**53
