"""One batch of the table, encoded: rows ready for their shards, and rows that leave, each with its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow

from thalweg.dataset.shards import TARGET, TargetType, record_type
from thalweg.dataset.shuffle import buckets, shuffle_keys
from thalweg.engines.table import ROW, SPLIT
from thalweg.features.encoders import EncodedBatch, encode_batch
from thalweg.features.feature import Encoder
from thalweg.features.layout import Layout

Fate = Literal["dropped", "quarantined"]


class Output(Protocol):
    """What of a fitted task is needed to encode its column."""

    @property
    def column(self) -> str: ...

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Encoded values (B,) and a mask (B,) of rows whose value is not one learnt."""
        ...


@dataclass(frozen=True)
class Plan:
    """How batches are encoded, and into how many shards each split goes."""

    encoders: Sequence[Encoder]
    outputs: Mapping[str, Output]
    layout: Layout
    targets: Mapping[str, TargetType]
    shards: tuple[int, ...]
    seed: int

    @cached_property
    def record(self) -> np.dtype:
        """The type of an encoded row."""
        return record_type(self.layout, self.targets)

    @property
    def narrow(self) -> type[np.integer]:
        """A type for the number of a shard; numpy sorts the narrow one by radix, many times faster."""
        return np.uint16 if sum(self.shards) < 2**16 else np.int64

    @property
    def columns(self) -> list[str]:
        """The columns of the table that are read."""
        inputs = [encoder.column for encoder in self.encoders]
        outputs = [output.column for output in self.outputs.values()]
        return list(dict.fromkeys([*inputs, *outputs, ROW, SPLIT]))

    def places(self, split: int) -> range:
        """The shards of a split, counted through all splits."""
        first = sum(self.shards[:split])
        return range(first, first + self.shards[split])

    def place(self, split: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """The shard (n,) of rows with these splits (n,) and shuffle keys (n,)."""
        place = np.zeros(len(keys), np.int64)
        for number, count in enumerate(self.shards):
            of_split = split == number
            place[of_split] = self.places(number).start + buckets(keys[of_split], count)
        return place


@dataclass(frozen=True)
class Leaving:
    """Rows (n,) of one fate and rule."""

    fate: Fate
    rule: str
    rows: np.ndarray


@dataclass(frozen=True)
class Chunk:
    """`records` sorted by shard, those of shard i from `starts[i]` to `starts[i + 1]`; and what left."""

    records: np.ndarray
    starts: list[int]
    leaving: tuple[Leaving, ...]
    counts: dict[str, dict[str, int]]


def encode_chunk(plan: Plan, batch: pa.RecordBatch) -> Chunk:
    """Encode a batch with the columns of encoders and outputs, `__row` and `__split`."""
    encoded = encode_batch(plan.encoders, batch)
    rows = batch.column(ROW).to_numpy()
    split = batch.column(SPLIT).fill_null(-1).to_numpy(zero_copy_only=False)
    stays = np.ones(len(rows), bool)
    leaving: list[Leaving] = []

    def leave(fate: Fate, rule: str, mask: np.ndarray) -> None:
        gone = mask & stays
        if gone.any():
            leaving.append(Leaving(fate, rule, rows[gone]))
            stays[gone] = False

    targets = {}
    for name, output in plan.outputs.items():
        values = answers(batch, output)
        targets[f"{TARGET}{name}"], unknown = output.encode(values)
        leave("dropped", f"{output.column}, which is to be predicted, is missing", _missing(values))
        leave("quarantined", f"{output.column} has a value that no training row has", unknown)
    leave("quarantined", "the row can't be told to be of training, validation or test", split < 0)
    for rule, mask in _bad(encoded).items():
        leave("quarantined", rule, mask)
    stay = np.flatnonzero(stays)
    shard = plan.place(split[stay], shuffle_keys(rows[stay], plan.seed))
    order = np.argsort(shard.astype(plan.narrow), kind="stable")
    records = _packed(plan.record, encoded, targets | {ROW: rows}, stay[order])
    return Chunk(records, _starts(shard, sum(plan.shards)), tuple(leaving), encoded.counts)


def answers(batch: pa.RecordBatch, output: Output) -> pa.Array:
    """The values of an output's column in a batch."""
    values = batch.column(output.column)
    return values.dictionary_decode() if arrow.is_dictionary(values.type) else values


def _missing(values: pa.Array) -> np.ndarray:
    missing = values.is_null(nan_is_null=arrow.is_floating(values.type))
    return missing.to_numpy(zero_copy_only=False)


def _bad(encoded: EncodedBatch) -> dict[str, np.ndarray]:
    """A mask (B,) of the rows that can't be encoded, for each reason."""
    masks: dict[str, np.ndarray] = {}
    for row, reason in zip(np.flatnonzero(encoded.bad), encoded.reasons, strict=True):
        masks.setdefault(reason, np.zeros(len(encoded.bad), bool))[row] = True
    return masks


def _packed(
    record: np.dtype, encoded: EncodedBatch, others: Mapping[str, np.ndarray], places: np.ndarray
) -> np.ndarray:
    """The rows at some places of the batch, as records."""
    records = np.empty(len(places), record)
    for name in record.names or ():
        values = encoded.blocks[name] if name in encoded.blocks else others[name]
        records[name] = values[places]
    return records


def _starts(shard: np.ndarray, count: int) -> list[int]:
    """Where the rows of each shard start, once sorted; and where the last ones end."""
    return [0, *np.cumsum(np.bincount(shard, minlength=count)).tolist()]
