"""The encoders of a model: kept as JSON, and applied to a batch. Training, prediction and the server all do it here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from thalweg.core.component import kind_of, kinds
from thalweg.core.errors import BundleError, DataError
from thalweg.core.files import read_json, write_json
from thalweg.core.suggest import did_you_mean
from thalweg.features.conform import conform
from thalweg.features.feature import Encoder, Feature
from thalweg.features.layout import Layout


@dataclass(frozen=True)
class EncodedBatch:
    """The inputs of a network for B rows.

    `blocks` holds `numbers` (B, N) float32 and `categories` (B, C) int32, as the layout says. `bad` (B,)
    marks rows with a value that can't be encoded; `reasons` says why, each row under the first reason met.
    `counts` tells by column what was missing, rare or unseen.
    """

    blocks: dict[str, np.ndarray]
    bad: np.ndarray
    reasons: dict[str, np.ndarray]
    counts: dict[str, dict[str, int]]


def layout_of(encoders: Sequence[Encoder]) -> Layout:
    """The slots of all encoders, in order. Raises DataError where two have the same name."""
    slots = tuple(slot for encoder in encoders for slot in encoder.slots)
    names = [slot.name for slot in slots]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"two inputs would both be called {twice[0]!r}", hint="rename one of the columns")
    return Layout(slots=slots)


def encode_batch(encoders: Sequence[Encoder], batch: pa.RecordBatch) -> EncodedBatch:
    """Encode a batch that has, among others, the columns of the encoders.

    The same row gives the same bits, whatever stands beside it. Raises DataError where a column is missing or
    has another type than in training.
    """
    layout = layout_of(encoders)
    rows = batch.num_rows
    numbers = np.zeros((rows, len(layout.of("numbers"))), np.float32)
    categories = np.zeros((rows, len(layout.of("categories"))), np.int32)
    blocks: dict[str, np.ndarray] = {"numbers": numbers, "categories": categories}
    filled = dict.fromkeys(blocks, 0)
    bad = np.zeros(rows, bool)
    reasons: dict[str, np.ndarray] = {}
    counts: dict[str, dict[str, int]] = {}
    for encoder in encoders:
        encoded = encoder.encode(conform(encoder.column, _values(batch, encoder.column), encoder.type))
        for slot in encoder.slots:
            blocks[slot.block][:, filled[slot.block]] = encoded.slots[slot.name]
            filled[slot.block] += 1
        if encoded.bad is not None:
            reasons[f"{encoder.column} {encoded.why}"] = encoded.bad & ~bad
            bad |= encoded.bad
        if encoded.counts:
            counts[encoder.column] = encoded.counts
    return EncodedBatch(blocks, bad, reasons, counts)


def _values(batch: pa.RecordBatch, name: str) -> pa.Array:
    place = batch.schema.get_field_index(name)
    if place < 0:
        raise DataError(
            f"the data has no column {name!r}, which the model was trained on; "
            f"{did_you_mean(name, batch.schema.names)}"
        )
    return batch.column(place)


def to_json(encoders: Sequence[Encoder]) -> list[dict[str, Any]]:
    """Encoders as JSON values, each with the kind of its feature."""
    named = {kind.encoder: name for name, kind in kinds(Feature).items()}
    return [{"kind": named[type(encoder)], **encoder.model_dump(mode="json")} for encoder in encoders]


def from_json(written: Sequence[dict[str, Any]]) -> tuple[Encoder, ...]:
    """Encoders from what `to_json` gave."""
    return tuple(_from_json(each) for each in written)


def _from_json(written: dict[str, Any]) -> Encoder:
    fields = {key: value for key, value in written.items() if key != "kind"}
    return kind_of(Feature, str(written["kind"])).encoder.model_validate(fields)


def save(path: Path, encoders: Sequence[Encoder]) -> None:
    """Write encoders to a JSON file."""
    write_json(path, to_json(encoders))


def load(path: Path) -> tuple[Encoder, ...]:
    """Read encoders from a JSON file. Raises BundleError where it is not one."""
    try:
        return from_json(read_json(path))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{path} does not hold encoders that this program knows: {error}") from error
