"""How a table is encoded: by which encoders, and into how many shards each split goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow

from thalweg.dataset.shards import SPLITS, TargetType
from thalweg.dataset.shuffle import buckets
from thalweg.engines.table import ROW, SPLIT
from thalweg.features.feature import Encoder
from thalweg.features.layout import Layout

NO_SPLIT = len(SPLITS)  # the number that stands for a missing one


class Output(Protocol):
    """What of a fitted task is needed to encode its column."""

    @property
    def column(self) -> str: ...

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Encoded values (B,) or (B, …) and a mask (B,) of rows whose value is not one learnt."""
        ...


@dataclass(frozen=True)
class Plan:
    """What the two passes know.

    `shards` are the numbers of shards of the splits, in their order, and of the rows that are of none: these are
    looked through as the others are, and not written.
    """

    encoders: Sequence[Encoder]
    outputs: Mapping[str, Output]
    layout: Layout
    targets: Mapping[str, TargetType]
    shards: tuple[int, ...]
    seed: int
    rows: int

    @property
    def columns(self) -> list[str]:
        """The columns of the table that are read."""
        inputs = [encoder.column for encoder in self.encoders]
        outputs = [output.column for output in self.outputs.values()]
        return list(dict.fromkeys([*inputs, *outputs, ROW, SPLIT]))

    @property
    def narrow(self) -> list[str]:
        """The columns whose values take less when they are encoded than a list of them for each value would."""
        outputs = [output.column for output in self.outputs.values()]
        whole = [each.column for each in self.encoders if not all(slot.packed for slot in each.slots)]
        inputs = [encoder.column for encoder in self.encoders if encoder.column not in whole]
        return list(dict.fromkeys([*inputs, *outputs]))

    def places(self, split: int) -> range:
        """The shards of a split, counted through all splits."""
        first = sum(self.shards[:split])
        return range(first, first + self.shards[split])

    def place(self, split: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """The shard (n,) of rows with these splits (n,) and shuffle keys (n,)."""
        first = np.cumsum([0, *self.shards[:-1]])
        place = np.empty(len(keys), np.int64)
        for number, count in enumerate(self.shards):
            of_split = np.flatnonzero(split == number)
            place[of_split] = first[number] + buckets(keys[of_split], count)
        return place


def answers(batch: pa.RecordBatch, output: Output) -> pa.Array:
    """The values of an output's column in a batch."""
    values = batch.column(output.column)
    return values.dictionary_decode() if arrow.is_dictionary(values.type) else values
