"""A source read as it flows, without a copy of it: what prediction reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError, SourceError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.settle import columns_of, settled, without_nan
from thalweg.sources.source import Opened, Place, Source


@dataclass(frozen=True)
class Stream:
    """Batches of rows in the source's order, once; its columns and their DuckDB types; what could not be read.

    `rejected` may be asked for when the batches are through.
    """

    columns: Mapping[str, str]
    opened: Opened
    batches: Iterator[pa.RecordBatch]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self.batches

    def rejected(self) -> Iterator[pa.RecordBatch]:
        """Rows that could not be read, as batches of the columns of `REJECTED`."""
        return self.opened.rejected()

    def close(self) -> None:
        """Remove what was copied to read the source."""
        self.opened.close()


def stream(
    source: Source, place: Place, size: int = 65_536, types: Mapping[str, str] | None = None
) -> Stream:
    """The rows of a source in batches of at most `size`, nothing copied.

    `types` gives columns the types they had before, where the source would have to guess. A source whose columns are
    guessed, such as CSV, is read twice: first for the guess to be proved. NaN becomes NULL. Raises SourceError.
    """
    session = place.session
    try:
        opened = source.typed(types or {}).open("data", place)
        if not opened.certain:
            opened, _ = settled(opened, lambda query: _all_read(session, query), lambda kept: kept.query)
        query = opened.query
        columns = columns_of(session, query, "data")
    except (ComponentError, DataError) as error:
        raise SourceError(error.message, hint=error.hint) from error
    return Stream(columns, opened, session.batches(without_nan(query, columns), size))


def _all_read(session: Session, query: exp.Query) -> int:
    """Read every value of a query, so that each has been judged, and count the rows."""
    counts = {f"n{i}": exp.Count(this=sql.column(name)) for i, name in enumerate(session.columns(query))}
    return session.rows(sql.select(query, {"rows": sql.row_count(), **counts}))[0][0]
