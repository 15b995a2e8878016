"""From a batch of rows to a batch of answers: the one path from a bundle's columns to predictions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from thalweg.dataset.tensors import tensors
from thalweg.deployment.bundle import Bundle
from thalweg.deployment.mined import with_mined
from thalweg.features.encoders import encode_batch


@dataclass(frozen=True)
class Answers:
    """Predictions for the rows that could be encoded, and the reason for each that could not.

    `columns` (n rows each, n = rows of the batch that are not `bad`), `bad` (B,) bool, `counts` of values
    replaced (missing, unseen …) by column.
    """

    columns: dict[str, pa.Array]
    bad: np.ndarray
    reasons: list[str]
    """One for each bad row, in their order."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def answer(bundle: Bundle, batch: pa.RecordBatch) -> Answers:
    """Predict for a batch with the columns of the bundle's signature; further columns are ignored.

    Raises DataError where a column is missing or of another type.
    """
    from thalweg.training.predict import predict_batch

    encoded = encode_batch(bundle.encoders, with_mined(bundle.mined, batch))
    good = np.flatnonzero(~encoded.bad)
    columns: dict[str, pa.Array] = {}
    inputs = tensors({name: values[good] for name, values in encoded.blocks.items()})
    for name, p in predict_batch(bundle.model, inputs).items():
        for column, values in bundle.targets[name].decode(p).items():
            columns[f"{name}_predicted" if column == name else column] = values
    return Answers(columns, encoded.bad, list(encoded.reasons), encoded.counts)
