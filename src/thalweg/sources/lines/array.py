"""JSON files that are one array of objects each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.core.errors import DataError, SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.declared import readable_types
from thalweg.sources.lines.carry import INTEGERS, Column
from thalweg.sources.lines.text import Text
from thalweg.sources.source import Opened


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
    files = exp.Array(expressions=[sql.literal(str(text.path)) for text in texts])
    named = [exp.Kwarg(this=exp.var(name), expression=value) for name, value in options.items()]
    query = exp.select(exp.Star()).from_(exp.Anonymous(this="read_json", expressions=[files, *named]))
    try:
        types = session.columns(query)
    except DataError as error:
        raise SourceError(f"{texts[0].name} is no array of JSON objects: {error.message}") from error
    if list(types) == ["json"]:
        raise SourceError(f"{texts[0].name} is an array, but not of objects", hint='expected [{"a": 1}, …]')
    known = {**readable_types(expected, types), **present(declared, types)}
    values = {name: _as(name, types[name], known.get(name)) for name in types}
    return OpenedArray(sql.select(query, values))


def _as(name: str, found: str, wanted: str | None) -> exp.Expr:
    """A value as the type that is wanted of it; reading fails where it is not of that type."""
    value = sql.column(name)
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


def present(declared: Mapping[str, str], keys: Collection[str]) -> Mapping[str, str]:
    """The declared types. Raises SourceError where one is of a key that no object has."""
    for name in declared:
        if name not in keys:
            raise SourceError(f"no object has the key {name!r} to declare; {did_you_mean(name, keys)}")
    return declared
