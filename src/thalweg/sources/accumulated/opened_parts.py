"""A source that grows, read once from its beginning, as prediction does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlglot import exp

from thalweg.engines import sql
from thalweg.sources.load import Loaded
from thalweg.sources.rejected_file import rejected_batches
from thalweg.sources.source import Opened


@dataclass(frozen=True)
class OpenedParts(Opened):
    """Parts that were read already."""

    loaded: Loaded

    @property
    def query(self) -> exp.Query:
        return sql.select(self.loaded.table.query, list(self.loaded.table.columns))

    @property
    def notes(self) -> dict[str, Any]:
        return self.loaded.entry.notes

    def rejected(self) -> Iterator[pa.RecordBatch]:
        return iter(()) if self.loaded.rejected is None else rejected_batches(self.loaded.rejected)
