"""A source read as it flows: what prediction reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError, SourceError
from thalweg.engines.engine import Session
from thalweg.sources.settle import columns_of, rows_of, settled, without_nan
from thalweg.sources.source import Opened, Place, Source
from thalweg.sources.unchanged import unchanged


@dataclass(frozen=True)
class Stream:
    """Batches of rows in the source's order, once; its columns and their DuckDB types; what could not be read.

    `rejected` may be asked for when the batches are through.
    """

    columns: Mapping[str, str]
    opened: Opened
    batches: Iterator[pa.RecordBatch]
    copy: Path | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self.batches

    def rejected(self) -> Iterator[pa.RecordBatch]:
        """Rows that could not be read, as batches of the columns of `REJECTED`."""
        return self.opened.rejected()

    def close(self) -> None:
        """Remove what was copied to read the source."""
        self.opened.close()
        if self.copy is not None:
            self.copy.unlink(missing_ok=True)


def stream(
    source: Source, place: Place, size: int = 65_536, types: Mapping[str, str] | None = None
) -> Stream:
    """The rows of a source in batches of at most `size`.

    `types` gives columns the types they had before, where the source would have to guess. A source whose columns are
    guessed, such as CSV, is first read into the session's scratch folder, so that no batch is given that a later line
    would put in doubt; others flow as they are. NaN becomes NULL. Raises SourceError.
    """
    session = place.session
    try:
        with unchanged(source, place.folder):
            opened = source.typed(types or {}).open("data", place)
            query, copy = opened.query, None
            if not opened.certain:
                copy = session.scratch / f"{uuid4().hex}.parquet"
                opened = _settled(opened, session, copy)
                query = rows_of(session, [copy])
        columns = session.columns(
            query
        )  # may be a table that the stages made, with hidden columns of its own
    except (ComponentError, DataError) as error:
        raise SourceError(error.message, hint=error.hint) from error
    batches = session.batches(without_nan(query, columns), size)
    return Stream(columns, opened, _told(source, place, opened, batches), copy)


def _told(
    source: Source, place: Place, opened: Opened, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The batches; what goes wrong on the way is told in the source's words."""
    if not opened.certain:  # the rows come from a copy
        yield from batches
        return
    with unchanged(source, place.folder):
        try:
            yield from batches
        except DataError as error:
            opened.mend(error)
            raise


def _settled(opened: Opened, session: Session, copy: Path) -> Opened:
    def write(query: exp.Query) -> int:
        columns_of(session, query, "data")
        return session.write_parquet(query, copy)

    opened, _ = settled(opened, write, lambda _: rows_of(session, [copy]))
    return opened
