"""Rows of an Arrow batch at given places."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def take(batch: pa.RecordBatch, places: np.ndarray) -> pa.RecordBatch:
    """The rows at `places` (n,), each of which is in the batch: column by column and unchecked, twice as fast."""
    wanted = pa.array(places)
    columns = [pc.take(values, wanted, boundscheck=False) for values in batch.columns]
    return pa.record_batch(columns, schema=batch.schema)
