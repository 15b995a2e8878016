"""The rows of one shard, encoded: those that stay as arrays, those that leave each with its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow

from thalweg.dataset.codes import Codebook
from thalweg.dataset.plan import NO_SPLIT, Plan
from thalweg.dataset.route import Routed
from thalweg.dataset.shards import TARGET
from thalweg.dataset.shuffle import shuffle_keys
from thalweg.engines.table import ROW
from thalweg.features.encoders import EncodedBatch, empty_blocks, encode_values, side_by_side
from thalweg.features.feature import Encoded, Encoder

Fate = Literal["dropped", "quarantined"]
Leave = tuple[Fate, str, np.ndarray]  # a fate, a rule and a mask (B,) of the rows it takes
UNTOLD = "the row can't be told to be of training, validation or test"
BATCH = 8192  # rows encoded at once, so that their columns stay in the cache


@dataclass(frozen=True)
class Leaving:
    """Rows (n,) of one fate and rule."""

    fate: Fate
    rule: str
    rows: np.ndarray


@dataclass
class Account:
    """What became of the rows of a shard."""

    kept: int = 0
    leaving: list[Leaving] = field(default_factory=list)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """By column: how many values were missing, rare or unseen."""


def encode_values_once(encoders: Sequence[Encoder], codebook: Codebook) -> list[Encoded | None]:
    """What each code of a column is encoded to, for each encoder; None where its column has no codes."""
    values = [codebook.values(encoder.column) for encoder in encoders]
    return [
        None if found is None else encode_values(encoder, found)
        for encoder, found in zip(encoders, values, strict=True)
    ]


def encode_chunk(
    plan: Plan, by_value: Sequence[Encoded | None], rows: Routed, place: int
) -> tuple[dict[str, np.ndarray], Account]:
    """Encode the rows of a shard, which have the columns of encoders and outputs, and `__row`.

    `by_value` is what `encode_values_once` gave. Gives the columns of the shard, (n,) or (n, width), of the rows
    that stay, in their shuffled order.
    """
    order = np.argsort(shuffle_keys(rows.values(ROW).to_numpy(), plan.seed))
    shuffled = rows.take(order)
    arrays = _empty(plan, len(order))
    stays, account = np.ones(len(order), bool), Account()
    for start in range(0, len(order), BATCH):
        part = slice(start, start + BATCH)
        batch = shuffled.slice(part)
        into = {name: values[part] for name, values in arrays.items()}
        columns = [
            _encoded(encoder, batch, known) for encoder, known in zip(plan.encoders, by_value, strict=True)
        ]
        encoded = side_by_side(plan.encoders, columns, len(batch), into)
        into[ROW][:] = batch.values(ROW).to_numpy()
        for column, counts in encoded.counts.items():
            account.counts.setdefault(column, Counter()).update(counts)
        leaving = [*_without_answer(plan, batch, into), *_bad(encoded)]
        if place in plan.places(NO_SPLIT):
            leaving.append(("quarantined", UNTOLD, np.ones(len(batch), bool)))
        for fate, rule, mask in leaving:
            gone = mask & stays[part]
            if gone.any():
                account.leaving.append(Leaving(fate, rule, into[ROW][gone]))
                stays[part][gone] = False
    account.kept = int(stays.sum())
    kept = arrays if stays.all() else {name: values[stays] for name, values in arrays.items()}
    return kept, account


def _encoded(encoder: Encoder, rows: Routed, by_value: Encoded | None) -> Encoded:
    """A column, by a look at what its values gave or, where they have no codes, one by one."""
    codes = rows.codes(encoder.column)
    if by_value is None or codes is None:
        return encode_values(encoder, rows.values(encoder.column))
    return by_value.take(codes)


def _empty(plan: Plan, rows: int) -> dict[str, np.ndarray]:
    targets = {f"{TARGET}{name}": np.empty(rows, kind) for name, kind in plan.targets.items()}
    return {**empty_blocks(plan.layout, rows), **targets, ROW: np.empty(rows, np.int64)}


def _without_answer(plan: Plan, rows: Routed, into: dict[str, np.ndarray]) -> Iterator[Leave]:
    """Encode the targets into their places; the rows that have none, or one never learnt, leave."""
    for name, output in plan.outputs.items():
        values = rows.values(output.column)
        into[f"{TARGET}{name}"][:], unknown = output.encode(values)
        yield "dropped", f"{output.column}, which is to be predicted, is missing", _missing(values)
        yield "quarantined", f"{output.column} has a value that no training row has", unknown


def _missing(values: pa.Array) -> np.ndarray:
    missing = values.is_null(nan_is_null=arrow.is_floating(values.type))
    return missing.to_numpy(zero_copy_only=False)


def _bad(encoded: EncodedBatch) -> Iterator[Leave]:
    """The rows with an input that can't be encoded, by reason."""
    masks: dict[str, np.ndarray] = {}
    for row, reason in zip(np.flatnonzero(encoded.bad), encoded.reasons, strict=True):
        masks.setdefault(reason, np.zeros(len(encoded.bad), bool))[row] = True
    for rule, mask in masks.items():
        yield "quarantined", rule, mask
