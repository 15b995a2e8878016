"""The rows of one shard, encoded: those that stay as arrays, those that leave each with its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow

from thalweg.dataset.plan import NO_SPLIT, Plan
from thalweg.dataset.route import Routed
from thalweg.dataset.shards import TARGET
from thalweg.dataset.shuffle import shuffle_keys
from thalweg.dataset.values import Coded
from thalweg.engines.table import ROW
from thalweg.features.encoders import empty_blocks, encode_values, fill, told
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


def encode_chunk(
    plan: Plan, coded: Sequence[Coded | None], rows: Routed, place: int
) -> tuple[dict[str, np.ndarray], Account]:
    """Encode the rows of a shard, which have the columns of encoders and outputs, and `__row`.

    `coded` is what `coded_columns` gave. Gives the columns of the shard, (n,) or (n, width), of the rows that stay,
    in their shuffled order.
    """
    order = np.argsort(shuffle_keys(rows.values(ROW).to_numpy(), plan.seed))
    shuffled = rows.take(order)
    plain = [encoder for encoder, found in zip(plan.encoders, coded, strict=True) if found is None]
    arrays = _empty(plan, plain, len(plan.encoders) - len(plain), len(order))
    stays, account = np.ones(len(order), bool), Account()
    for start in range(0, len(order), BATCH):
        part = slice(start, start + BATCH)
        batch = shuffled.slice(part)
        into = {name: values[part] for name, values in arrays.items()}
        columns = _encoded(plan, coded, batch, into["codes"])
        fill(into, plain, [each for each, found in zip(columns, coded, strict=True) if found is None])
        into[ROW][:] = batch.values(ROW).to_numpy()
        bad, reasons, counts = told(plan.encoders, columns, len(batch))
        for column, marked in counts.items():
            account.counts.setdefault(column, Counter()).update(marked)
        leaving = [*_without_answer(plan, batch, into), *_bad(bad, reasons)]
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


def _encoded(plan: Plan, coded: Sequence[Coded | None], rows: Routed, into: np.ndarray) -> list[Encoded]:
    """Every column; of those in codes what is told of them, their positions put into (B, C)."""
    columns: list[Encoded] = []
    places = iter(range(into.shape[1]))
    for encoder, found in zip(plan.encoders, coded, strict=True):
        if found is None:
            columns.append(encode_values(encoder, rows.values(encoder.column)))
        else:
            positions = found.position.take(rows.codes(encoder.column), mode="clip")
            into[:, next(places)] = positions
            columns.append(found.told(positions))
    return columns


def _empty(plan: Plan, plain: Sequence[Encoder], coded: int, rows: int) -> dict[str, np.ndarray]:
    slots = [slot for encoder in plain for slot in encoder.slots]
    targets = {f"{TARGET}{name}": kind.empty(rows) for name, kind in plan.targets.items()}
    codes = np.empty((rows, coded), np.uint16)
    return {"codes": codes, **empty_blocks(slots, rows), **targets, ROW: np.empty(rows, np.int64)}


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


def _bad(bad: np.ndarray, reasons: Sequence[str]) -> Iterator[Leave]:
    """The rows with an input that can't be encoded, by reason."""
    masks: dict[str, np.ndarray] = {}
    for row, reason in zip(np.flatnonzero(bad), reasons, strict=True):
        masks.setdefault(reason, np.zeros(len(bad), bool))[row] = True
    for rule, mask in masks.items():
        yield "quarantined", rule, mask
