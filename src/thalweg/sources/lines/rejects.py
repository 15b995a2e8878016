"""What the engine's reader refused, told line by line: where, what it said, which rule it broke."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.lines.carry import Column
from thalweg.sources.lines.guess import MISSING
from thalweg.sources.lines.records import LONGEST
from thalweg.sources.lines.set_aside import BROKEN_QUOTE, TOO_LONG
from thalweg.sources.lines.text import LineCounter, Text
from thalweg.sources.rejected_file import BATCH, SCHEMA, rejected_batches

ENCODING = "INVALID ENCODING"
QUOTE = "UNQUOTED VALUE"
CAST = "CAST"
RULES = {
    "MISSING COLUMNS": "too few fields",
    "TOO MANY COLUMNS": "too many fields",
    QUOTE: BROKEN_QUOTE,
    "LINE SIZE OVER MAXIMUM": TOO_LONG,
    ENCODING: "bytes that are not in the file's encoding",
}
FIELDS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
VALUE = re.compile(r'Could not convert string "(.*)" to ', re.DOTALL)


class Line(NamedTuple):
    """One refused line: its first error in order of gravity, then of columns."""

    offset: int
    text: str
    kind: str
    column: int
    message: str


@dataclass(frozen=True)
class Tally:
    """How many lines the reader refused: in all, for their bytes, for a broken quote; line ends
    inside them; and, by column, the bad values of lines that are well formed."""

    lines: int
    undecodable: int
    broken_quotes: int
    breaks: int
    misfits: Mapping[int, int]


class Rejects:
    """The two tables that one reading fills. They exist once it has run."""

    def __init__(self, session: Session):
        self.session = session
        self.errors = f"rejects_{uuid4().hex}"
        self.scans = f"scans_{uuid4().hex}"

    @property
    def options(self) -> dict[str, Any]:
        """What to tell the reader."""
        return {
            "store_rejects": True,
            "rejects_limit": 0,
            "rejects_table": self.errors,
            "rejects_scan": self.scans,
        }

    def _last(self) -> exp.Select:
        """The errors of the last reading: a query may have run more than once."""
        newest = exp.select(exp.Max(this=sql.column("scan_id"))).from_(sql.table(self.scans)).subquery()
        rows = exp.select(exp.Star()).from_(sql.table(self.errors))
        return rows.where(exp.EQ(this=sql.column("scan_id"), expression=newest))

    def tally(self) -> Tally:
        """Count the refused lines."""
        kind = sql.column("error_type")
        place = exp.Tuple(expressions=[sql.column("file_id"), sql.column("line_byte_position")])
        lines = exp.Count(this=exp.Distinct(expressions=[place]))
        (counts,) = self.session.rows(
            sql.select(
                self._last(),
                {
                    "lines": lines,
                    "undecodable": sql.true_count(exp.EQ(this=kind, expression=sql.literal(ENCODING))),
                    "broken_quotes": sql.true_count(exp.EQ(this=kind, expression=sql.literal(QUOTE))),
                },
            )
        )
        malformed = sql.select(self._last(), ["file_id", "line_byte_position"])
        malformed = malformed.where(exp.NEQ(this=kind, expression=sql.literal(CAST))).subquery()
        misfits = sql.select(self._last(), {"c": sql.column("column_idx"), "n": sql.row_count()})
        misfits = misfits.where(
            exp.EQ(this=kind, expression=sql.literal(CAST)),
            exp.not_(exp.In(this=place.copy(), query=malformed)),
        ).group_by(sql.column("column_idx"))
        by_column = {index - 1: count for index, count in self.session.rows(misfits)}
        lines, undecodable, broken_quotes = counts
        return Tally(lines, undecodable, broken_quotes, self._breaks() if lines else 0, by_column)

    def _breaks(self) -> int:
        """Line ends inside the refused lines."""
        text = sql.call("trim", sql.call("any_value", sql.column("csv_line")), "\r\n")
        inner = sql.select(self._last(), {"text": text})
        inner = inner.group_by(sql.column("file_id"), sql.column("line_byte_position"))
        ((count,),) = self.session.rows(
            sql.select(inner, {"n": exp.Sum(this=line_feeds(sql.column("text")))})
        )
        return int(count or 0)

    def files(self) -> dict[str, int]:
        """The reader's number of each file."""
        newest = exp.select(exp.Max(this=sql.column("scan_id"))).from_(sql.table(self.scans)).subquery()
        query = sql.select(sql.table(self.scans), ["file_path", "file_id"])
        return dict(self.session.rows(query.where(exp.EQ(this=sql.column("scan_id"), expression=newest))))

    def lines(self, file: int) -> Iterator[Line]:
        """The refused lines of a file in order, each once, streamed."""
        gravity = exp.Case()
        for kind, weight in ((ENCODING, 10_000_000), (CAST, 20_000_000)):
            gravity = gravity.when(
                exp.EQ(this=sql.column("error_type"), expression=sql.literal(kind)), sql.literal(weight)
            )
        gravity = gravity.else_(sql.literal(0)) + exp.Coalesce(
            this=sql.column("column_idx"), expressions=[sql.literal(0)]
        )
        first = {
            name: sql.call("arg_min", value, gravity.copy())
            for name, value in {
                "text": sql.column("csv_line"),
                "kind": sql.column("error_type"),
                "column": exp.Coalesce(this=sql.column("column_idx"), expressions=[sql.literal(0)]),
                "message": sql.column("error_message"),
            }.items()
        }
        query = sql.select(self._last(), {"at": sql.column("line_byte_position"), **first})
        query = query.where(exp.EQ(this=sql.column("file_id"), expression=sql.literal(file)))
        query = query.group_by(sql.column("line_byte_position")).order_by(sql.column("line_byte_position"))
        path = self.session.scratch / f"{uuid4().hex}.parquet"
        self.session.write_parquet(query, path)
        with pq.ParquetFile(path) as stored:
            for batch in stored.iter_batches(BATCH):
                yield from (Line(**row) for row in batch.rename_columns(list(Line._fields)).to_pylist())
        path.unlink()


def line_feeds(text: exp.Expr) -> exp.Expr:
    """How many line feeds a text holds."""
    without = sql.call("replace", text.copy(), "\n", "")
    return exp.Sub(this=exp.Length(this=text.copy()), expression=exp.Length(this=without))


def told(
    rejects: Rejects, texts: Sequence[Text], columns: Sequence[Column], encoding: str
) -> Iterator[pa.RecordBatch]:
    """Every row refused or set aside, file by file, in the order of lines, as batches of `REJECTED`."""
    numbers = rejects.files()
    for text in texts:
        refused = _refused(rejects, numbers.get(str(text.path)), text, columns, encoding)
        rows = heapq.merge(refused, _aside(text), key=lambda row: row["line"])
        while chunk := list(islice(rows, BATCH)):
            yield pa.RecordBatch.from_pylist(chunk, SCHEMA)


def _aside(text: Text) -> Iterator[dict[str, Any]]:
    for batch in rejected_batches(text.aside) if text.aside else ():
        yield from batch.to_pylist()


def _refused(
    rejects: Rejects, file: int | None, text: Text, columns: Sequence[Column], encoding: str
) -> Iterator[dict[str, Any]]:
    for number, written, line in numbered(rejects, file, text):
        rule, reason = worded(line, columns, encoding)
        yield {"file": text.name, "line": number, "text": written, "rule": rule, "reason": reason}


def numbered(rejects: Rejects, file: int | None, text: Text) -> Iterator[tuple[int, str, Line]]:
    """The refused lines of a file with their numbers in it and what is written there."""
    if file is None:
        return
    counter = LineCounter(text.path)
    try:
        for line in rejects.lines(file):
            ends = len(line.text) - len(line.text.lstrip("\r\n"))
            start = line.offset - 1
            number = text.line(counter.at(start) + line.text[:ends].count("\n"))
            written = line.text.strip("\r\n")
            if line.kind == ENCODING:  # the reader's own text has lost the bytes that matter
                written = raw_line(text.path, start + ends).decode("utf-8", "backslashreplace")
            yield number, written, line
    finally:
        counter.close()


def raw_line(path: Path, offset: int) -> bytes:
    """The bytes of the line that begins at an offset."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.readline(LONGEST).rstrip(b"\r\n")


def worded(line: Line, columns: Sequence[Column], encoding: str) -> tuple[str, str]:
    """The rule a line broke, and the reason in full."""
    if line.kind == CAST:
        column = columns[line.column - 1]
        rule = f"{column.name} is not of type {column.type}"
        found = VALUE.search(line.message)
        value = found[1] if found else ""
        hint = "; if it means missing, declare it among nulls" if value.strip().casefold() in MISSING else ""
        return rule, f"{column.name}: {value!r} is not of type {column.type}{hint}"
    rule = RULES.get(line.kind, line.kind.lower())
    if counted := FIELDS.search(line.message):
        return rule, f"expected {counted[1]} fields, found {counted[2]}"
    if line.kind == ENCODING:
        return rule, f"bytes that are not {encoding}"
    return rule, line.message.splitlines()[0] if rule == line.kind.lower() else rule
