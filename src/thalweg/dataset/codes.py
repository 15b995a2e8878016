"""Columns of few different values as codes of two bytes, so that rows are narrow and each value is encoded once."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow

MOST = 2**16  # values of a column that has codes
# Bytes that they take in the end; twice as many on the way, where batches come in any order.
MOST_BYTES = 16 * 2**20

CODED = (
    arrow.is_boolean,
    arrow.is_integer,
    arrow.is_floating,
    arrow.is_decimal,
    arrow.is_date,
    arrow.is_time,
    arrow.is_timestamp,
    arrow.is_string,
    arrow.is_large_string,
    arrow.is_binary,
)  # types whose values can be told apart and put in order


class Codes:
    """The different values of one column, numbered as they are met; safe to use from several threads.

    The numbers depend on which batch came first, and so are good for nothing but finding the value again.
    """

    def __init__(self, type: pa.DataType):
        self._type = type
        self._lock = Lock()
        self._values = _exact(pa.array([], type))
        self.given_up = not any(is_one(type) for is_one in CODED)
        """Whether there are too many values; codes given before stay good."""

    @property
    def values(self) -> pa.Array:
        """The value of each code, NULL among them where the column has some."""
        return self._values if self._values.type == self._type else self._values.view(self._type)

    def of(self, values: pa.Array) -> np.ndarray | None:
        """The codes (n,) uint16 of values; None where the column has too many."""
        if self.given_up:
            return None
        found = _exact(values).dictionary_encode(null_encoding="encode")
        with self._lock:
            known = self._known(found.dictionary)
        return None if known is None else known.take(found.indices.to_numpy(), mode="clip")

    def _known(self, values: pa.Array) -> np.ndarray | None:
        """The codes of different values, new ones among them."""
        place = pc.index_in(values, value_set=self._values)
        new = values.filter(place.is_null())
        if len(self._values) + len(new) > MOST or self._values.nbytes + new.nbytes > 2 * MOST_BYTES:
            self.given_up = True
            return None
        known = place.fill_null(0).to_numpy().astype(np.uint16)
        known[place.is_null().to_numpy(zero_copy_only=False)] = np.arange(len(new)) + len(self._values)
        self._values = pa.concat_arrays([self._values, new])
        return known


def _exact(values: pa.Array) -> pa.Array:
    """Values that are told apart by their bits: 0.0 and -0.0 are two floats."""
    if not arrow.is_floating(values.type):
        return values
    return values.view({16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[values.type.bit_width])


def in_order(values: pa.Array) -> np.ndarray:
    """The positions (k,) of different values in an order that depends on nothing else."""
    return pc.array_sort_indices(_exact(values)).to_numpy()


class Codebook:
    """The codes of some columns of a table."""

    def __init__(self, columns: Iterable[str]):
        self._columns = frozenset(columns)
        self._codes: dict[str, Codes] = {}

    def values(self, column: str) -> pa.Array | None:
        """The value of each code of a column; None where it has too many."""
        codes = self._codes.get(column)
        return None if codes is None or codes.given_up else codes.values

    def decoded(self, column: str, codes: np.ndarray) -> pa.Array:
        """The values of codes (n,), which stay good when a column is given up later on."""
        return self._codes[column].values.take(pa.array(codes))

    def split(self, batch: pa.RecordBatch) -> tuple[np.ndarray, pa.RecordBatch]:
        """The codes (n, C) uint16 of the columns that have some, in their order, and the other columns."""
        codes: list[np.ndarray] = []
        plain: dict[str, pa.Array] = {}
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            found = self._of(name, values)
            if found is None:
                plain[name] = values
            else:
                codes.append(found)
        table = np.stack(codes, axis=1) if codes else np.empty((batch.num_rows, 0), np.uint16)
        return table, pa.record_batch(list(plain.values()), names=list(plain))

    def _of(self, column: str, values: pa.Array) -> np.ndarray | None:
        if column not in self._columns:
            return None
        return self._codes.setdefault(column, Codes(values.type)).of(values)
