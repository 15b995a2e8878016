"""A fitted miner: what it learnt of training rows, and from it new columns for any row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

BLOCK = 4_096  # rows at once, so that wide points of many rows need no more memory than those of few


class Fitted(BaseModel, ABC):
    """Plain numbers and names that survive as JSON, and a pure function from raw columns to new ones.

    A missing value is one of those it knows what to do with. A new column has a value in every row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: Mapping[str, str]
    """The columns it reads, with the SQL types they had in training."""

    @property
    @abstractmethod
    def makes(self) -> dict[str, str]:
        """The new columns and their SQL types, VARCHAR or DOUBLE."""

    @abstractmethod
    def values(self, batch: pa.RecordBatch) -> list[pa.Array]:
        """The new columns of a few rows, in the order of `makes`."""

    def apply(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """The new columns of a batch with the inputs, in the Arrow types that DuckDB gives their SQL types.

        The same row gives the same bits, whatever stands beside it and however large the batch is.
        """
        starts = range(0, max(batch.num_rows, 1), BLOCK)
        parts = [self.values(batch.slice(start, BLOCK)) for start in starts]
        return dict(zip(self.makes, map(pa.concat_arrays, zip(*parts, strict=True)), strict=True))
