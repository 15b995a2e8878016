"""The values of a batch in the one Arrow type that an encoder expects, whatever typed them."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow

from thalweg.core.errors import DataError
from thalweg.core.suggest import did_you_mean
from thalweg.engines.types import Family, family
from thalweg.features.nested import nested_type, read_nested

MOMENT = pa.timestamp("us")


def conform(name: str, values: pa.Array, type: str) -> pa.Array:
    """Bring the values of a column to what its encoder expects, given the SQL type it had in training.

    boolean → bool; integer → any integer type, decimals without fraction, or float64 where floats came;
    number → float64; text → string; bytes → binary; date and timestamp → timestamp[us] without zone, in UTC; lists
    and structures: their parts likewise. A column of nulls alone fits every type. Raises DataError where the type
    is another: text that looks like a number is not parsed.
    """
    found = _read(values, type)
    if found is None:
        raise DataError(
            f"column {name!r}: expected {type} as in training, received {values.type}",
            hint=f"give the column the type {type}; text that looks like another type is not parsed",
        )
    return found


def column_of(batch: pa.RecordBatch, name: str, what: str) -> pa.Array:
    """A column of a batch. Raises DataError where it has none of that name; `what` says what it is needed for."""
    place = batch.schema.get_field_index(name)
    if place < 0:
        raise DataError(f"the data has no column {name!r}, {what}; {did_you_mean(name, batch.schema.names)}")
    return batch.column(place)


def _read(values: pa.Array, type: str) -> pa.Array | None:
    """The values as expected of a type; None where they do not fit."""
    if arrow.is_dictionary(values.type):
        values = values.dictionary_decode()
    if arrow.is_null(values.type):
        values = values.cast(_expected(type))
    if family(type) == "nested":
        return read_nested(values, type, _read)
    reader = READERS.get(family(type))
    return reader(values) if reader else None


def _expected(type: str) -> pa.DataType:
    """What stands for a type where there are no values to tell it by."""
    if family(type) == "nested":
        return nested_type(type, _expected)
    return ARROW.get(family(type), pa.string())


def _boolean(values: pa.Array) -> pa.Array | None:
    return values if arrow.is_boolean(values.type) else None


def _integer(values: pa.Array) -> pa.Array | None:
    whole = arrow.is_integer(values.type) or (arrow.is_decimal(values.type) and values.type.scale == 0)
    return values if whole else _number(values)


def _number(values: pa.Array) -> pa.Array | None:
    if arrow.is_float64(values.type):
        return values
    if arrow.is_integer(values.type) or arrow.is_floating(values.type) or arrow.is_decimal(values.type):
        return pc.cast(values, pa.float64(), safe=False)
    return None


def _text(values: pa.Array) -> pa.Array | None:
    if arrow.is_string(values.type):
        return values
    if arrow.is_large_string(values.type) or arrow.is_string_view(values.type):
        return values.cast(pa.string())
    return None


def _moment(values: pa.Array) -> pa.Array | None:
    if values.type == MOMENT:
        return values
    if arrow.is_date(values.type):
        return values.cast(MOMENT)
    if arrow.is_timestamp(values.type):
        return pc.cast(values, MOMENT, safe=False)  # drops what is finer than a microsecond
    return None


def _bytes(values: pa.Array) -> pa.Array | None:
    if arrow.is_binary(values.type):
        return values
    if arrow.is_large_binary(values.type) or arrow.is_binary_view(values.type):
        return values.cast(pa.binary())
    return None


READERS: dict[Family, Callable[[pa.Array], pa.Array | None]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "text": _text,
    "date": _moment,
    "timestamp": _moment,
    "bytes": _bytes,
}

ARROW: dict[Family, pa.DataType] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "date": MOMENT,
    "timestamp": MOMENT,
    "bytes": pa.binary(),
}
