"""The rows of one shard, encoded: those that stay as arrays, those that leave each with its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow

from thalweg.dataset.plan import NO_SPLIT, Plan, answers
from thalweg.dataset.shards import TARGET
from thalweg.dataset.shuffle import shuffle_keys
from thalweg.dataset.take import take
from thalweg.engines.table import ROW
from thalweg.features.encoders import EncodedBatch, empty_blocks, encode_batch

Fate = Literal["dropped", "quarantined"]
Leave = tuple[Fate, str, np.ndarray]  # a fate, a rule and a mask (B,) of the rows it takes
UNTOLD = "the row can't be told to be of training, validation or test"
BATCH = 32_768  # rows encoded at once


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


def encode_chunk(plan: Plan, table: pa.Table, place: int) -> tuple[dict[str, np.ndarray], Account]:
    """Encode the raw rows of a shard, which has the columns of encoders and outputs, and `__row`.

    Gives the columns of the shard, (n,) or (n, width), of the rows that stay, in their shuffled order.
    """
    whole = table.combine_chunks().to_batches()[0]
    order = np.argsort(shuffle_keys(whole.column(ROW).to_numpy(), plan.seed))
    shuffled = take(whole, order)
    arrays = _empty(plan, len(order))
    stays, account = np.ones(len(order), bool), Account()
    for start in range(0, len(order), BATCH):
        part = slice(start, start + BATCH)
        batch = shuffled.slice(start, BATCH)
        into = {name: values[part] for name, values in arrays.items()}
        encoded = encode_batch(plan.encoders, batch, into)
        into[ROW][:] = batch.column(ROW).to_numpy()
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


def _empty(plan: Plan, rows: int) -> dict[str, np.ndarray]:
    targets = {f"{TARGET}{name}": np.empty(rows, kind) for name, kind in plan.targets.items()}
    return {**empty_blocks(plan.layout, rows), **targets, ROW: np.empty(rows, np.int64)}


def _without_answer(plan: Plan, batch: pa.RecordBatch, into: dict[str, np.ndarray]) -> Iterator[Leave]:
    """Encode the targets into their places; the rows that have none, or one never learnt, leave."""
    for name, output in plan.outputs.items():
        values = answers(batch, output)
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
