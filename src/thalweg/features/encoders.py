"""The encoders of a model: kept as JSON, and applied to a batch, here and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from thalweg.core.component import kind_of, kinds
from thalweg.core.errors import BundleError, DataError
from thalweg.core.files import read_json, write_json
from thalweg.features.conform import column_of, conform
from thalweg.features.feature import PACKED, Block, Encoded, Encoder, Feature, Slot
from thalweg.features.layout import Layout

DTYPES: dict[Block, type] = {
    "numbers": np.float32,
    "categories": np.int32,
    "tokens": np.int32,
    "set": np.int32,
    "image": np.uint8,
    "series": np.float32,
    "vector": np.float32,
}
STRIP = 2048  # rows
USED = "which the model was trained on"


@dataclass(frozen=True)
class EncodedBatch:
    """The inputs of a network for B rows.

    `blocks` holds `numbers` (B, N) float32, `categories` (B, C) int32 and `<block>:<name>` (B, *shape) for each
    slot that is a tensor of its own, as the layout says. `bad` (B,)
    marks rows with a value that can't be encoded; `reasons` says why, each row under the first reason met.
    `counts` tells by column what was missing, rare or unseen.
    """

    blocks: dict[str, np.ndarray]
    bad: np.ndarray
    reasons: list[str]
    counts: dict[str, dict[str, int]]


def layout_of(encoders: Sequence[Encoder]) -> Layout:
    """The slots of all encoders, in order. Raises DataError where two have the same name."""
    slots = tuple(slot for encoder in encoders for slot in encoder.slots)
    for name, times in Counter(slot.name for slot in slots).items():
        if times > 1:
            raise DataError(f"{times} inputs would be called {name!r}", hint="rename one of the columns")
    return Layout(slots=slots)


def empty_blocks(slots: Sequence[Slot], rows: int) -> dict[str, np.ndarray]:
    """Blocks for some slots, not filled."""
    widths = Counter(slot.block for slot in slots)
    packed = {block: np.empty((rows, widths[block]), DTYPES[block]) for block in PACKED}
    return packed | {
        slot.key: np.empty((rows, *slot.shape), DTYPES[slot.block]) for slot in slots if not slot.packed
    }


def encode_batch(encoders: Sequence[Encoder], batch: pa.RecordBatch) -> EncodedBatch:
    """Encode a batch that has, among others, the columns of the encoders.

    The same row gives the same bits, whatever stands beside it. Raises DataError where a column is missing or
    has another type than in training.
    """
    columns = [encode_values(encoder, column_of(batch, encoder.column, USED)) for encoder in encoders]
    blocks = empty_blocks([slot for encoder in encoders for slot in encoder.slots], batch.num_rows)
    fill(blocks, encoders, columns)
    return EncodedBatch(blocks, *told(encoders, columns, batch.num_rows))


def encode_values(encoder: Encoder, values: pa.Array) -> Encoded:
    """Encode values as they come. Raises DataError where they have another type than in training."""
    return encoder.encode(conform(encoder.column, values, encoder.type))


def fill(blocks: dict[str, np.ndarray], encoders: Sequence[Encoder], columns: Sequence[Encoded]) -> None:
    """Put the slots of encoded columns side by side into blocks (B, width), and into tensors of their own."""
    slots: dict[Block, list[np.ndarray]] = {block: [] for block in PACKED}
    for encoder, encoded in zip(encoders, columns, strict=True):
        for slot in encoder.slots:
            if slot.packed:
                slots[slot.block].append(encoded.slots[slot.name])
            else:
                blocks[slot.key][:] = encoded.slots[slot.name]
    for block, filled in slots.items():
        _interleave(filled, blocks[block])


def told(
    encoders: Sequence[Encoder], columns: Sequence[Encoded], rows: int
) -> tuple[np.ndarray, list[str], dict[str, dict[str, int]]]:
    """`bad`, `reasons` and `counts` of a batch of B rows."""
    why: dict[int, str] = {}
    counts: dict[str, dict[str, int]] = {}
    for encoder, encoded in zip(encoders, columns, strict=True):
        if encoded.bad is not None:
            for row in np.flatnonzero(encoded.bad).tolist():
                why.setdefault(row, f"{encoder.column} {encoded.why}")
        if found := encoded.counts:
            counts[encoder.column] = found
    bad = np.zeros(rows, bool)
    bad[list(why)] = True
    return bad, [why[row] for row in sorted(why)], counts


def _interleave(columns: Sequence[np.ndarray], block: np.ndarray) -> None:
    """Put columns (B,) side by side into a block (B, width), some rows at a time: these stay in the cache."""
    for start in range(0, len(block), STRIP):
        strip = slice(start, start + STRIP)
        for place, values in enumerate(columns):
            block[strip, place] = values[strip]


def stored(encoders: Sequence[Encoder]) -> list[dict[str, Any]]:
    """Encoders as JSON values, each with the kind of its feature."""
    named = {kind.encoder: name for name, kind in kinds(Feature).items()}
    return [{"kind": named[type(encoder)], **encoder.model_dump(mode="json")} for encoder in encoders]


def restore(written: Sequence[dict[str, Any]]) -> tuple[Encoder, ...]:
    """The encoders that `stored` gave. Raises BundleError where they are not such that this program knows."""
    try:
        return tuple(_restore(dict(each)) for each in written)
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(
            f"these are not encoders that this program knows: {error}",
            hint="use the version of thalweg that wrote them, or a newer one",
        ) from error


def _restore(fields: dict[str, Any]) -> Encoder:
    kind = kind_of(Feature, str(fields.pop("kind")))
    return kind.encoder.model_validate(fields)


def save(path: Path, encoders: Sequence[Encoder]) -> None:
    """Write encoders to a JSON file."""
    write_json(path, stored(encoders))


def load(path: Path) -> tuple[Encoder, ...]:
    """Read encoders from a JSON file. Raises what `restore` raises."""
    return restore(read_json(path))
