"""The rows of a batch, as narrow as they can be without loss, cut by the shard they go to; and a shard's rows again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow

from thalweg.dataset.codes import Codebook
from thalweg.dataset.plan import NO_SPLIT, Plan
from thalweg.dataset.scatter import Part
from thalweg.dataset.shuffle import shuffle_keys
from thalweg.dataset.take import take
from thalweg.engines.table import ROW, SPLIT

CODES = "__codes"
WIDTH = np.dtype(np.uint16).itemsize


def route(plan: Plan, codebook: Codebook, batch: pa.RecordBatch) -> list[Part]:
    """Cut a batch with the columns of a plan by shard; `__split`, which the shard then tells, is left out.

    What has codes is one column `__codes` of them.
    """
    split = batch.column(SPLIT).fill_null(NO_SPLIT).to_numpy(zero_copy_only=False)
    shard = plan.place(split, shuffle_keys(batch.column(ROW).to_numpy(), plan.seed))
    order = np.argsort(shard.astype(_narrow(sum(plan.shards))), kind="stable")
    codes, plain = codebook.split(_plain(batch.drop_columns([SPLIT])))
    routed = take(plain, order)
    if codes.shape[1]:
        routed = routed.add_column(0, CODES, _packed(codes.take(order, axis=0)))
    bounds = [0, *np.cumsum(np.bincount(shard, minlength=sum(plan.shards))).tolist()]
    return [
        Part(place, routed.slice(start, end - start))
        for place, (start, end) in enumerate(pairwise(bounds))
        if end > start
    ]


def _narrow(shards: int) -> type[np.integer]:
    """A type for the number of a shard; numpy sorts the narrow one by radix, many times faster."""
    return np.uint16 if shards < 2**16 else np.int64


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Without dictionaries, which differ from batch to batch."""
    columns = [values.dictionary_decode() if arrow.is_dictionary(values.type) else values for values in batch]
    return pa.record_batch(columns, names=batch.schema.names)


def _packed(codes: np.ndarray) -> pa.Array:
    """Codes (n, C) as a column of C times two bytes."""
    rows, columns = codes.shape
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(columns * WIDTH), rows, [None, pa.py_buffer(codes)])


@dataclass(frozen=True)
class Routed:
    """Rows of a shard: the codes (n, C) of the columns `coded`, and the other columns."""

    codebook: Codebook
    coded: tuple[str, ...]
    table: np.ndarray
    plain: pa.RecordBatch

    def __len__(self) -> int:
        return self.plain.num_rows

    def take(self, order: np.ndarray) -> Routed:
        """The rows at places `order` (n,)."""
        return replace(self, table=self.table.take(order, axis=0), plain=take(self.plain, order))

    def slice(self, rows: slice) -> Routed:
        """Some rows that stand together."""
        plain = self.plain.slice(rows.start, rows.stop - rows.start)
        return replace(self, table=self.table[rows], plain=plain)

    def codes(self, column: str) -> np.ndarray:
        """The codes (n,) of a column that has some."""
        return np.ascontiguousarray(self.table[:, self.coded.index(column)])

    def values(self, column: str) -> pa.Array:
        """The values of a column."""
        if column in self.coded:
            return self.codebook.decoded(column, self.codes(column))
        return self.plain.column(column)


def united(plan: Plan, codebook: Codebook, batches: Sequence[pa.RecordBatch]) -> Routed:
    """The batches of a shard as one; a column that has codes in some of them alone is decoded."""
    columns = [name for name in plan.columns if name != SPLIT]
    parts = [_unpacked(columns, codebook, batch) for batch in batches]
    coded = tuple(name for name in columns if all(name in part.coded for part in parts))
    others = [name for name in columns if name not in coded]
    plain = [pa.record_batch([part.values(name) for name in others], names=others) for part in parts]
    tables = [part.table[:, [part.coded.index(name) for name in coded]] for part in parts]
    whole = pa.Table.from_batches(plain).combine_chunks().to_batches()[0]
    return Routed(codebook, coded, np.concatenate(tables), whole)


def _unpacked(columns: Sequence[str], codebook: Codebook, batch: pa.RecordBatch) -> Routed:
    """A batch as it was read from a file."""
    coded = tuple(name for name in columns if name not in batch.schema.names)
    if not coded:
        return Routed(codebook, (), np.empty((batch.num_rows, 0), np.uint16), batch)
    content = batch.column(CODES).buffers()[1]
    table = np.frombuffer(content, np.uint16, batch.num_rows * len(coded)).reshape(-1, len(coded))
    return Routed(codebook, coded, table, batch.drop_columns([CODES]))
