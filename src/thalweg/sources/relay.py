"""Batches made in Python, handed to the session. What goes wrong in making them is kept: the engine would tell it in
words of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from thalweg.core.errors import DataError, ThalwegError

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.engines.engine import Session


@dataclass
class Relay:
    """Hands batches to a session under a name of their own."""

    session: Session
    prefix: str
    failure: ThalwegError | None = None

    def offer(self, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> exp.Query:
        """A query over the batches, which can be read once."""
        import pyarrow as pa

        from thalweg.engines import sql

        self.failure = None
        name = f"{self.prefix}_{uuid4().hex}"
        self.session.offer(name, pa.RecordBatchReader.from_batches(schema, self._watched(batches)))
        return sql.select(sql.table(name), schema.names)

    def told(self, error: DataError) -> ThalwegError:
        """What went wrong in making the batches, where that is what the engine's error comes from; else the error."""
        return self.failure or error

    def _watched(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except ThalwegError as error:
            self.failure = error
            raise
