"""Rows that could not be read, kept on disk while a source is being read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from thalweg.core.files import storage_errors
from thalweg.sources.source import REJECTED

SCHEMA = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in REJECTED.items()])
BATCH = 10_000


class RejectedFile:
    """A Parquet file of rejected rows, written in pieces, so that memory does not grow with their number."""

    def __init__(self, path: Path, name: str):
        self.path, self.name = path, name
        self.rows: list[dict[str, Any]] = []
        self.writer = pq.ParquetWriter(path, SCHEMA)

    def add(self, line: int | None, text: str, rule: str, reason: str, file: str | None = None) -> None:
        """Set one row aside; `file` where it stands in another than the one named first, `line` None where a whole
        file is set aside."""
        name = self.name if file is None else file
        self.rows.append({"file": name, "line": line, "text": text, "rule": rule, "reason": reason})
        if len(self.rows) == BATCH:
            self._flush()

    def close(self) -> None:
        """End the file; it can be read from then on."""
        self._flush()
        self.writer.close()

    def _flush(self) -> None:
        with storage_errors(self.path):
            self.writer.write_table(pa.Table.from_pylist(self.rows, SCHEMA))
        self.rows = []


def rejected_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a closed file."""
    with pq.ParquetFile(path) as stored:
        yield from (batch for batch in stored.iter_batches(BATCH) if batch.num_rows)
