"""JSON files that are one array of objects each."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.core.errors import DataError, SourceError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.declared import readable_types
from thalweg.sources.lines.carry import INTEGERS, Column
from thalweg.sources.lines.keys import present, refuse_too_many
from thalweg.sources.lines.moments import ZONED, in_utc, text_types
from thalweg.sources.lines.text import Text
from thalweg.sources.source import Opened

TAIL = 4_096  # bytes at the end of a file, which may be blank
LARGE = ("UBIGINT", "HUGEINT", "UHUGEINT")


def open_array(
    texts: Sequence[Text], declared: Mapping[str, str], expected: Mapping[str, str], session: Session
) -> Opened:
    """Files that are one array of objects each. Raises SourceError where one is not."""
    options = {
        "format": sql.literal("array"),
        "sample_size": sql.literal(-1),
        "map_inference_threshold": sql.literal(-1),
        "field_appearance_threshold": sql.literal(0),
        "union_by_name": exp.true(),
        "hive_partitioning": exp.false(),
    }
    named = [exp.Kwarg(this=exp.var(name), expression=value) for name, value in options.items()]
    query = exp.select(exp.Star()).from_(
        exp.Anonymous(this="read_json", expressions=[sql.files([text.path for text in texts]), *named])
    )
    try:
        types = session.columns(query)
    except DataError as error:
        raise SourceError(f"{texts[0].name} is no array of JSON objects: {error.message}") from error
    for text in texts:
        _refuse_cut(text)
    if list(types) == ["json"] and not session.rows(sql.select(query, {"n": sql.row_count()}))[0][0]:
        raise SourceError(f"{texts[0].name} is empty: it holds no rows")
    if list(types) == ["json"]:
        raise SourceError(f"{texts[0].name} is an array, but not of objects", hint='expected [{"a": 1}, …]')
    refuse_too_many(types, texts[0].name, one_object=False)
    known = {**readable_types(expected, types), **present(declared, types)}
    wanted = {**_better(types, known, query, session), **known}
    values = {name: _as(name, types[name], wanted.get(name)) for name in types}
    return OpenedArray(sql.select(query, values))


def _refuse_cut(text: Text) -> None:
    """Raises SourceError where the array is not closed, which the engine's reader does not mind."""
    with text.path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        if not file.read().rstrip().endswith(b"]"):
            raise SourceError(
                f"{text.name} is cut off: its array of objects is not closed", hint="fetch the file again"
            )


def _better(
    types: Mapping[str, str], known: Collection[str], query: exp.Query, session: Session
) -> dict[str, str]:
    """Types for columns that the engine reads as text though they say a zone, or as larger integers than there are."""
    texts = [name for name, kind in types.items() if kind == "VARCHAR" and name not in known]
    found = zip(texts, text_types(query, texts, session), strict=True)
    better = {name: kind for name, kind in found if kind == ZONED}
    large = [name for name, kind in types.items() if kind in LARGE and name not in known]
    if large:
        tests = {str(i): sql.true_count(_is_beyond(sql.column(name))) for i, name in enumerate(large)}
        (counts,) = session.rows(sql.select(query, tests))
        better |= {n: "DOUBLE" if count else "BIGINT" for n, count in zip(large, counts, strict=True)}
    return better


def _is_beyond(value: exp.Expr) -> exp.Expr:
    return exp.and_(sql.not_null(value), sql.is_null(sql.cast(value.copy(), "BIGINT", strict=False)))


def _as(name: str, found: str, wanted: str | None) -> exp.Expr:
    """A value as the type that is wanted of it; reading fails where it is not of that type."""
    value = sql.column(name)
    if wanted == "TIMESTAMP" and found == "VARCHAR":
        return in_utc(value)
    if found in LARGE and wanted == "BIGINT":
        return sql.cast(value, wanted)
    if wanted in INTEGERS and found not in INTEGERS:
        column = Column(name, wanted, guessed=False)
        return column.value(sql.cast(value, "DOUBLE"), None)
    return sql.cast(value, wanted) if wanted else value


@dataclass(frozen=True)
class OpenedArray(Opened):
    """Objects of an array, which can be read or not, but not in part."""

    rows: exp.Select

    @property
    def query(self) -> exp.Query:
        return self.rows
