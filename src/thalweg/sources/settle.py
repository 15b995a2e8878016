"""Reading a source until what was read can be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlglot import exp

from thalweg.core.errors import DataError, SourceError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW
from thalweg.sources.names import usable
from thalweg.sources.source import Opened

ATTEMPTS = 8  # a column is widened at most three times, misleading lines are set aside once


def settled(
    opened: Opened, read: Callable[[exp.Query], int], again: Callable[[Opened], exp.Query]
) -> tuple[Opened, int]:
    """Read a source by `read`, which gives the number of rows, and as often as its own judgement asks for.

    `again` is a query over what was just read. Returns the way it was opened in the end, and the rows.
    """
    for _ in range(ATTEMPTS):
        try:
            rows = read(opened.query)
        except DataError as error:
            opened = opened.mend(error)
            continue
        better = None if opened.certain else opened.judge(rows, again(opened))
        if better is None:
            return opened, rows
        opened = better
    raise SourceError(
        f"the source was read {ATTEMPTS} times, and each time its columns turned out to be of other types",
        hint="declare them with: columns: {NAME: TYPE}",
    )


def without_nan(query: exp.Query, types: Mapping[str, str]) -> exp.Query:
    """The query with NaN, which is a number to the engine, as NULL, which is what it means: missing."""
    if not any(kind in ("DOUBLE", "FLOAT") for kind in types.values()):
        return query
    return sql.select(query, {name: _or_null(sql.column(name), kind) for name, kind in types.items()})


def _or_null(value: exp.Expr, kind: str) -> exp.Expr:
    if kind not in ("DOUBLE", "FLOAT"):
        return value
    return exp.Case().when(sql.call("isnan", value), exp.null()).else_(value.copy())


def columns_of(session: Session, query: exp.Query, where: str) -> dict[str, str]:
    """Names and types of a source's columns. Raises SourceError where a name is one the stages use themselves."""
    types = session.columns(query)
    usable(list(types), where)
    return types


def rows_of(session: Session, files: Sequence[Path]) -> exp.Query:
    """A query over Parquet files as they are, without the positions of rows."""
    hidden = exp.Star(except_=[exp.to_identifier(ROW, quoted=True)])
    return exp.select(hidden).from_(sql.relation(session.scan_parquet(files)))
