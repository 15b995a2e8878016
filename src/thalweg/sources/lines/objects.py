"""JSON objects, a line each or in one array: their columns found out, their lines read, what is no object told."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.declared import readable_types
from thalweg.sources.lines.array import open_array
from thalweg.sources.lines.encoding import undecodable_line, wrong_encoding
from thalweg.sources.lines.engine_reader import Values, position, read_csv
from thalweg.sources.lines.keys import present, refuse_too_many
from thalweg.sources.lines.misfits import Misfits
from thalweg.sources.lines.moments import ZONED, text_types
from thalweg.sources.lines.plain import plain
from thalweg.sources.lines.records import BOM, Grammar
from thalweg.sources.lines.rejects import Rejects, numbered, worded
from thalweg.sources.lines.survey import blank_lines, survey
from thalweg.sources.lines.text import Text
from thalweg.sources.names import unlike
from thalweg.sources.rejected_file import BATCH, SCHEMA
from thalweg.sources.source import Opened

WHOLE_LINES = Grammar("\x01", "", "")  # a character that JSON forbids inside its text
LINE = position(0)
BLANK = " \t\r\n"  # what JSON allows around a value
NOT_AN_OBJECT = "not a JSON object"


def open_objects(
    files: Sequence[Path],
    declared: Mapping[str, str],
    expected: Mapping[str, str],
    encoding: str,
    session: Session,
) -> Opened:
    """Open JSON files, all of lines or all of arrays. Keys that are `declared` must occur, those `expected` may."""
    paths = [plain(file, session.scratch, encoding) for file in files]
    texts = [Text(str(f), path, survey(path, "")) for f, path in zip(files, paths, strict=True)]
    for text in texts:
        if not text.survey.lines:
            raise SourceError(f"{text.name} is empty: it holds no rows")
    if all(_first_sign(text.path) == b"[" for text in texts):
        return open_array(texts, declared, expected, session)
    lines = OpenedObjects(session, tuple(texts), {}, frozenset(), encoding)
    structure, bad = lines.structure()
    if not structure:
        raise _no_objects(texts[0], bad)
    one_object = sum(text.survey.lines for text in texts) == 1
    refuse_too_many(structure, texts[0].name, one_object)
    unlike(list(structure), texts[0].name)
    known = {**readable_types(expected, structure), **present(declared, structure)}
    guessed = {name: "BIGINT" if kind == "HUGEINT" else _plain_type(kind) for name, kind in structure.items()}
    found = {name: known.get(name, kind) for name, kind in guessed.items()}
    return OpenedObjects(session, lines.texts, lines.with_moments(found, known), frozenset(known), encoding)


def _no_objects(text: Text, lines: int) -> SourceError:
    expected = 'expected an object on each line, such as {"a": 1}, or one array of objects'
    if _first_sign(text.path) == b"{":
        expected += "; one object over several lines is no table: write it on one line, or put [ ] around it"
    return SourceError(f"{text.name}: none of {lines:,} lines is a JSON object", hint=expected)


def _first_sign(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2**16).removeprefix(BOM).lstrip()[:1]


def _plain_type(kind: Any) -> Any:
    """What the engine makes of the values of a key: mixed and always null are text, counts are integers like others."""
    if isinstance(kind, dict):
        return {name: _plain_type(inner) for name, inner in kind.items()}
    if isinstance(kind, list):
        return [_plain_type(inner) for inner in kind]
    return {"JSON": "VARCHAR", "NULL": "VARCHAR", "UBIGINT": "BIGINT"}.get(kind, kind)


@dataclass(frozen=True)
class OpenedObjects(Opened):
    """Files of lines that should be objects. `columns` holds types, those of nested values as JSON."""

    session: Session
    texts: tuple[Text, ...]
    columns: Mapping[str, Any]
    declared: frozenset[str]
    encoding: str

    @property
    def query(self) -> exp.Query:
        named = {name: self._value(name) for name in self.columns}
        return sql.select(self._parsed(self.texts), named).where(self._is_sound())

    @property
    def certain(self) -> bool:
        return False

    def judge(self, rows: int, kept: exp.Query) -> Opened | None:
        lines = sum(text.survey.lines - blank_lines(text.path) for text in self.texts)
        lost = lines - rows
        if lost and lost != (told := sum(batch.num_rows for batch in self.rejected())):
            raise SourceError(
                f"{self.texts[0].name}: of {lines:,} lines {rows:,} were read and {told:,} refused: the file is not "
                "read rather than rows be lost"
            )
        return None

    def rejected(self) -> Iterator[pa.RecordBatch]:
        for text in self.texts:
            rows = self._bad_lines(text)
            while chunk := list(islice(rows, BATCH)):
                yield pa.RecordBatch.from_pylist(chunk, SCHEMA)

    def close(self) -> None:
        for text in self.texts:
            if self.session.scratch in text.path.parents:
                text.path.unlink(missing_ok=True)

    def structure(self) -> tuple[dict[str, Any], int]:
        """The keys of all objects and their types, as JSON; and how many lines are no objects."""
        lines = sql.select(
            self._lines(self.texts), {"line": sql.column(LINE), "json": _json(sql.column(LINE))}
        )
        objects = exp.Case().when(_is_object(), sql.column("json"))
        merged = sql.call("json_group_structure", objects)
        bad = sql.true_count(sql.all_of([sql.not_null(sql.column("line")), exp.not_(_is_object())]))
        ((found, count),) = self.session.rows(sql.select(lines, {"s": merged, "bad": bad}))
        structure = json.loads(found) if found else {}
        if not structure and (line := next((u for t in self.texts if (u := undecodable_line(t.path))), None)):
            raise wrong_encoding(self.texts[0].name, *line, self.encoding)
        return structure if isinstance(structure, dict) else {}, count

    def with_moments(self, types: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
        """The types, with DATE or TIMESTAMP for text that always is one and whose type is not known."""
        texts = [name for name, kind in types.items() if kind == "VARCHAR" and name not in known]
        if not texts:
            return dict(types)
        reading = replace(self, columns=dict(types), declared=frozenset(known))
        better = dict(types)
        for name, kind in zip(texts, text_types(reading.query, texts, self.session), strict=True):
            better[name] = kind
        return better

    def _lines(self, texts: Sequence[Text], **options: Any) -> exp.Table:
        paths = [text.path for text in texts]
        return read_csv(
            paths, WHOLE_LINES, ["VARCHAR"], Values(), header=False, ignore_errors=True, **options
        )

    def _parsed(self, texts: Sequence[Text], **options: Any) -> exp.Select:
        """Lines with their number among those that could be read, and the object in each."""
        number = exp.Window(this=exp.RowNumber())
        read = {"line": sql.column(LINE), "json": _json(sql.column(LINE)), "at": number}
        lines = sql.select(self._lines(texts, **options), read)
        value = sql.call("from_json", sql.column("json"), json.dumps(self._kinds))
        inside = exp.Case().when(_is_object(), value)
        return sql.select(
            lines,
            {"line": sql.column("line"), "json": sql.column("json"), "at": sql.column("at"), "o": inside},
        )

    def _value(self, name: str) -> exp.Expr:
        value = sql.call("struct_extract", sql.column("o"), name)
        return sql.cast(value, "TIMESTAMP") if self._is_wall_clock(name) else value

    def _is_wall_clock(self, name: str) -> bool:
        """Whether a value may say a zone that its declared type does not hold: it is brought to UTC then."""
        return self.columns[name] == "TIMESTAMP" and name in self.declared

    @property
    def _kinds(self) -> dict[str, Any]:
        """The types that values are read as."""
        return {name: ZONED if self._is_wall_clock(name) else kind for name, kind in self.columns.items()}

    @property
    def _misfits(self) -> Misfits:
        return Misfits.of(self._kinds, self.declared)

    def _is_sound(self) -> exp.Expr:
        is_read = sql.not_null(sql.column("o"))
        return exp.and_(is_read, sql.negated(self._misfits.any(sql.column("json"))))

    def _bad_lines(self, text: Text) -> Iterator[dict[str, Any]]:
        """The lines of one file that the reader refuses, then those that are no objects or hold a misfit, in order."""
        rejects = Rejects(self.session)
        look = self._misfits.look(sql.column("json"))
        found = sql.select(
            self._parsed([text], **rejects.options),
            {"at": sql.column("at"), "line": sql.column("line"), "is": sql.not_null(sql.column("o")), **look},
        )
        wrong = exp.and_(sql.not_null(sql.column("line")), sql.negated(self._is_sound()))
        bad = [
            (at, line, self._rule(dict(zip(look, lists, strict=True))) if is_object else NOT_AN_OBJECT)
            for at, line, is_object, *lists in self.session.rows(
                found.where(wrong).order_by(sql.column("at"))
            )
        ]
        refused = self._refused(rejects, text)
        shifts = [row["line"] - i for i, row in enumerate(refused)]
        ours = [
            {
                "file": text.name,
                "line": at + bisect_right(shifts, at),
                "text": line,
                "rule": rule,
                "reason": rule,
            }
            for at, line, rule in bad
        ]
        return iter(sorted([*refused, *ours], key=lambda row: row["line"]))

    def _rule(self, found: Mapping[str, Sequence[Any]]) -> str:
        name = self._misfits.first(self.columns, found)
        return f"{name} is not of type {self.columns[name]}" if name is not None else NOT_AN_OBJECT

    def _refused(self, rejects: Rejects, text: Text) -> list[dict[str, Any]]:
        rows = []
        for number, written, line in numbered(rejects, rejects.files().get(str(text.path)), text):
            rule, reason = worded(line, (), self.encoding)
            rows.append({"file": text.name, "line": number, "text": written, "rule": rule, "reason": reason})
        return rows


def _json(line: exp.Expr) -> exp.Expr:
    """A line as JSON; NULL where it is not."""
    return sql.cast(line, "JSON", strict=False)


def _is_object() -> exp.Expr:
    """Whether a line is an object: JSON that begins as one. Parsing it once more would take as much memory again."""
    first = exp.Left(this=sql.call("ltrim", sql.column("line"), BLANK), expression=sql.literal(1))
    begins = exp.EQ(this=first, expression=sql.literal("{"))
    return exp.and_(sql.not_null(sql.column("json")), exp.Coalesce(this=begins, expressions=[exp.false()]))
