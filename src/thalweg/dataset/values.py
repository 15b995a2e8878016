"""What each value of a coded column is encoded to: kept once beside the shards, which hold the codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from thalweg.dataset.codes import MOST_BYTES, Codebook, in_order
from thalweg.dataset.shards import CodedColumn, Index, Shard, check_shard, mapped, write_batch
from thalweg.features.encoders import DTYPES, encode_values
from thalweg.features.feature import PACKED, Encoded, Encoder

VALUES = "values.arrow"
STRIP = 4096  # rows decoded at once, so that they stay in the cache


@dataclass(frozen=True)
class Coded:
    """A column that shards hold as codes: positions among its k values in their order, which no thread decides."""

    encoder: Encoder
    encoded: Encoded
    """What the values in their order are encoded to."""
    position: np.ndarray
    """The position (k,) uint16 of each code of the codebook."""

    def told(self, positions: np.ndarray) -> Encoded:
        """What is told of rows with these values (B,); of their slots nothing."""
        return Encoded({}, self.encoded.marks, self.encoded.bad, self.encoded.why).take(positions)

    @property
    def column(self) -> CodedColumn:
        return CodedColumn(column=self.encoder.column, slots=tuple(slot.name for slot in self.encoder.slots))


def coded_columns(encoders: Sequence[Encoder], codebook: Codebook) -> list[Coded | None]:
    """For each encoder its column in codes; None where that has too many values."""
    return [_coded(encoder, codebook.values(encoder.column)) for encoder in encoders]


def _coded(encoder: Encoder, values: pa.Array | None) -> Coded | None:
    if values is None:
        return None
    order = in_order(values)
    ordered = values.take(pa.array(order))
    if ordered.nbytes > MOST_BYTES:
        return None
    position = np.empty(len(order), np.uint16)
    position[order] = np.arange(len(order))
    encoded = encode_values(encoder, ordered)
    used = {name: mark for name, mark in encoded.marks.items() if mark.any()}
    return Coded(encoder, Encoded(encoded.slots, used, encoded.bad, encoded.why), position)


def write_values(columns: Sequence[Coded], path: Path) -> Shard:
    """Write what all values are encoded to as an Arrow IPC file of one row: for each slot a list."""
    lists = {
        slot.name: each.encoded.slots[slot.name].astype(DTYPES[slot.block])
        for each in columns
        for slot in each.encoder.slots
    }
    arrays = [pa.array([values]) for values in lists.values()]
    batch = pa.record_batch(arrays, names=list(lists))
    return Shard(file=path.name, rows=1, digest=write_batch(batch, path))


def read_values(folder: Path, index: Index) -> dict[str, np.ndarray]:
    """What each value of the coded columns is encoded to (k,), by slot. Raises StorageError where it is damaged."""
    if index.values is None:
        return {}
    check_shard(folder, index.values)
    batch = mapped(folder, index.values)
    return {name: batch.column(name).values.to_numpy() for name in batch.schema.names}


class Decoder:
    """Blocks of inputs from what shards hold: looked up by code, or copied."""

    def __init__(self, folder: Path, index: Index):
        values = read_values(folder, index)
        coded = {slot: (place, values[slot]) for place, each in enumerate(index.coded) for slot in each.slots}
        self._sources = {
            block: _sources([slot.name for slot in index.layout.of(block)], coded) for block in PACKED
        }
        self._tensors = [slot.key for slot in index.layout.tensors]

    def decode(self, held: dict[str, np.ndarray], into: dict[str, np.ndarray]) -> None:
        """Fill the blocks of `into` (n, …) from the columns of n rows of a shard."""
        for name in self._tensors:
            into[name][:] = held[name].reshape(into[name].shape)
        rows = len(next(iter(held.values())))
        for start in range(0, rows, STRIP):
            part = slice(start, start + STRIP)
            codes = np.ascontiguousarray(held["codes"][part].T) if "codes" in held else None
            for block, sources in self._sources.items():
                for place, (source, values) in enumerate(sources):
                    if values is None:
                        into[block][part, place] = held[block][part, source]
                    else:
                        assert codes is not None
                        into[block][part, place] = values.take(codes[source], mode="clip")


# A place among the codes, and what these stand for; or a place among plain slots.
Source = tuple[int, np.ndarray | None]


def _sources(slots: Sequence[str], coded: dict[str, tuple[int, np.ndarray]]) -> list[Source]:
    plain = iter(range(len(slots)))
    return [coded[name] if name in coded else (next(plain), None) for name in slots]
