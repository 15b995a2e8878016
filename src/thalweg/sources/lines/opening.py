"""Opening delimited files: made plain, surveyed, their layout found out, their columns named and typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.engines.engine import Session
from thalweg.sources.declared import readable_types
from thalweg.sources.found import found
from thalweg.sources.lines.carry import Column
from thalweg.sources.lines.encoding import wrong_encoding
from thalweg.sources.lines.guess import LOOK, Guess, decodes, delimiter, guess, sample
from thalweg.sources.lines.opened import Layout, OpenedLines
from thalweg.sources.lines.plain import plain
from thalweg.sources.lines.records import BOM, Grammar, records
from thalweg.sources.lines.survey import survey
from thalweg.sources.lines.text import Text
from thalweg.sources.names import unlike

if TYPE_CHECKING:
    from thalweg.sources.csv import Csv
    from thalweg.sources.source import Place

ISO_DATE = "%Y-%m-%d"


def open_lines(settings: Csv, place: Place) -> OpenedLines:
    """Open the files of a `csv` source."""
    session = place.session
    files = found(settings.path, place.folder)
    texts = [prepared(file, settings, session) for file in files]
    for text in texts:
        if not text.survey.lines:
            raise SourceError(f"{text.name} is empty: it holds no rows, not even a header")
    grammar = settings.grammar(settings.delimiter or _delimiter(texts[0], settings))
    wanted = None if settings.names is None else len(settings.names)
    header = False if settings.header is None and settings.names else settings.header
    guessed, width = _guess(session, texts, grammar, settings, wanted, header)
    names, skip = _names(texts, grammar, settings, width, guessed.header)
    values = replace(
        settings.values,
        date_format=settings.date_format or _foreign(guessed.date_format),
        timestamp_format=settings.timestamp_format or guessed.timestamp_format,
    )
    columns = _columns(settings, names, guessed)
    notes = {names[i]: note for i, note in guessed.notes.items() if names[i] not in settings.columns}
    layout = Layout(grammar, values, settings.encoding, skip, guessed.header)
    opened = OpenedLines(session, tuple(texts), layout, columns, {"types": notes} if notes else {})
    mixed = any(text.survey.ends == "mixed" for text in texts)
    return opened.without_misleading_lines() if mixed else opened


def prepared(file: Path, settings: Csv, session: Session) -> Text:
    """A file made plain and surveyed."""
    path = plain(file, session.scratch, settings.encoding, settings.member)
    return Text(str(file), path, survey(path, settings.quote))


def _delimiter(text: Text, settings: Csv) -> str:
    if ".tsv" in Path(text.name).suffixes:
        return "\t"
    with text.path.open("rb") as file:
        for _ in range(settings.skip):
            file.readline()
        return delimiter(file.read(LOOK).removeprefix(BOM), settings.quote)


def _guess(
    session: Session,
    texts: Sequence[Text],
    grammar: Grammar,
    settings: Csv,
    width: int | None,
    header: bool | None,
) -> tuple[Guess, int]:
    """What is guessed from a sample, and the number of columns."""
    path = session.scratch / f"{uuid4().hex}.sample"
    try:
        width = sample([text.path for text in texts], grammar, settings.skip, width, path)
        if not width:
            raise _unreadable(texts[0], settings)
        first = first_record(texts[0].path, grammar, settings.skip)
        if first is not None and header is not False and not decodes(first[1]):
            raise wrong_encoding(texts[0].name, first[0], first[1].rstrip(b"\r\n"), settings.encoding)
        if header is None and first is not None and len(grammar.split(first[1])) != width:
            header = False  # the first line is neither a header nor a row
        return guess(session, path, grammar, settings.values, width, header), width
    finally:
        path.unlink(missing_ok=True)


def _unreadable(text: Text, settings: Csv) -> SourceError:
    with text.path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not decodes(line):
                return wrong_encoding(text.name, number, line.rstrip(b"\r\n"), settings.encoding)
    return SourceError(
        f"{text.name}: no line could be read as a row",
        hint="say how the file is written, with: delimiter, quote, escape, encoding, skip",
    )


def first_record(path: Path, grammar: Grammar, skip: int) -> tuple[int, bytes] | None:
    """The number and text of the first record that is not blank."""
    with path.open("rb") as file:
        found = (r for r in records(file, grammar, skip) if r.text.strip(b"\r\n"))
        first = next(found, None)
        return None if first is None or not first.sound else (first.line, first.text)


def _names(
    texts: Sequence[Text], grammar: Grammar, settings: Csv, width: int, header: bool
) -> tuple[list[str], int]:
    """The names of the columns, and how many lines stand before the header or, without one, the rows."""
    if not header:
        return list(settings.names or [f"column{i}" for i in range(width)]), settings.skip
    headers = [_header(text, grammar, settings) for text in texts]
    line, names = headers[0]
    for text, (at, others) in zip(texts, headers, strict=True):
        if others != names or at != line:
            differing = (
                [n for n in others if n not in names] or [n for n in names if n not in others] or others
            )
            raise SourceError(
                f"{text.name} has another header than {texts[0].name}: {', '.join(map(repr, differing))}; "
                "files read as one table must have the same columns in the same order",
                hint="read them as two sources, and unite them with: - union",
            )
    if len(names) != width:
        raise SourceError(
            f"{texts[0].name}, line {line}: the header names {len(names)} columns, but most lines have {width} fields",
            hint=f"if the delimiter is not {grammar.delimiter!r}, say: delimiter; "
            "if the first line is no header, say: header: false, or skip: 1",
        )
    return list(settings.names or names), line - 1


def _header(text: Text, grammar: Grammar, settings: Csv) -> tuple[int, list[str]]:
    first = first_record(text.path, grammar, settings.skip)
    if first is None:
        raise SourceError(
            f"{text.name}, line {settings.skip + 1}: the header has a quote that is never closed",
            hint="mend the line; or say: quote: '' where quotes are ordinary characters",
        )
    line, record = first
    written = [grammar.value(field).decode().strip() for field in grammar.split(record)]
    names = [name or f"column{i}" for i, name in enumerate(written)]
    if settings.names is None:
        unlike(names, text.name)
    return line, names


def _columns(settings: Csv, names: Sequence[str], guessed: Guess) -> tuple[Column, ...]:
    for name in settings.columns:
        if name not in names:
            raise SourceError(f"the file has no column {name!r} to declare; {did_you_mean(name, names)}")
    types = {**readable_types(settings.expected, names), **settings.columns}
    return tuple(
        Column(name, types.get(name, kind), guessed=name not in types)
        for name, kind in zip(names, guessed.types, strict=True)
    )


def _foreign(date_format: Any) -> str | None:
    """A date format that the engine must be told; dates like 2020-01-31 it reads by itself."""
    return None if date_format in (None, ISO_DATE) else date_format
