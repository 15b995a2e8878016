"""A source whose rows are made in Python one by one, with a file for those set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import DataError, SourceError
from thalweg.engines.engine import Session
from thalweg.sources.rejected_file import RejectedFile, rejected_batches
from thalweg.sources.relay import Relay
from thalweg.sources.source import Opened

ROWS = 2_048


@dataclass
class MadeRows(Opened):
    """Rows from `make(aside, counts)`, made anew each time the query is asked for; counts become the notes."""

    session: Session
    schema: pa.Schema
    make: Callable[[RejectedFile, Counter[str]], Iterator[dict[str, Any]]]
    where: str
    counts: Counter[str] = field(default_factory=Counter)
    aside: Path | None = None
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.session, "rows")

    @property
    def query(self) -> exp.Query:
        self.aside = self.session.scratch / f"rows_{uuid4().hex}.parquet"
        return self.relay.offer(self.schema, self._batches(self.aside))

    @property
    def notes(self) -> dict[str, Any]:
        return {name: count for name, count in sorted(self.counts.items()) if count}

    def mend(self, error: DataError) -> Opened:
        raise self.relay.told(error) from None

    def rejected(self) -> Iterator[pa.RecordBatch]:
        if self.aside is None or not self.aside.is_file():
            raise SourceError(f"{self.where} has not been read")
        return rejected_batches(self.aside)

    def close(self) -> None:
        if self.aside is not None:
            self.aside.unlink(missing_ok=True)

    def _batches(self, path: Path) -> Iterator[pa.RecordBatch]:
        self.counts.clear()
        aside = RejectedFile(path, self.where)
        waiting: list[dict[str, Any]] = []
        for row in self.make(aside, self.counts):
            waiting.append(row)
            if len(waiting) == ROWS:
                yield pa.RecordBatch.from_pylist(waiting, self.schema)
                waiting = []
        aside.close()
        if waiting:
            yield pa.RecordBatch.from_pylist(waiting, self.schema)
