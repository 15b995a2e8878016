"""The values of a column of classes: from values to indices, and back in the column's own type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thalweg.core.errors import DataError
from thalweg.engines.types import family

Label = bool | int | float | str

_WHOLE: dict[str, pa.DataType] = {
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
}
_OTHER: dict[str, pa.DataType] = {"boolean": pa.bool_(), "text": pa.string(), "number": pa.float64()}


def can_be_labels(sql_type: str) -> bool:
    """Whether values of a type can be classes: booleans, integers, numbers, text."""
    return family(sql_type) in ("boolean", "integer", "number", "text")


def arrow_type(sql_type: str) -> pa.DataType:
    """The Arrow type of labels of a column; decimals become float64, wide integers int64."""
    if family(sql_type) == "integer":
        return _WHOLE.get(sql_type.upper(), pa.int64())
    return pa.float32() if sql_type.upper() == "FLOAT" else _OTHER[family(sql_type)]


def label(value: Any, sql_type: str) -> Label:
    """A value as it is kept in JSON."""
    return arrow_array([value], sql_type)[0].as_py()


def arrow_array(values: Sequence[Any], sql_type: str) -> pa.Array:
    """Python values as an array of a column's type."""
    kind = arrow_type(sql_type)
    if pa.types.is_floating(kind):
        values = [None if value is None else float(value) for value in values]
    return pa.array(values, kind)


def indices(
    values: pa.Array, classes: Sequence[Label], column: str, sql_type: str
) -> tuple[np.ndarray, np.ndarray]:
    """The class (B,) int64 of each value, and a mask (B,) of values that are no class; those get class 0.

    Raises DataError where the values are not of the column's type.
    """
    kind = arrow_type(sql_type)
    plain = values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values
    if pa.types.is_string(kind) and not _is_text(plain.type):
        raise _other_type(column, sql_type, plain.type)
    try:
        found = pc.index_in(plain.cast(kind), value_set=arrow_array(classes, sql_type))  # type: ignore[attr-defined]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _other_type(column, sql_type, plain.type) from error
    unknown = found.is_null().to_numpy(zero_copy_only=False)
    return found.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64), unknown


def chosen(classes: Sequence[Label], index: np.ndarray, sql_type: str) -> pa.Array:
    """The labels (B,) of classes given by index, in the column's own type."""
    return arrow_array(classes, sql_type).take(pa.array(index))


def same(written: Label, value: Label) -> bool:
    """Whether what a user wrote means a label: equal as text, whatever YAML or JSON made of it."""
    return str(written).casefold() == str(value).casefold()


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _other_type(column: str, sql_type: str, found: pa.DataType) -> DataError:
    return DataError(
        f"expected values of type {sql_type} in column {column!r}, as in training, found {found}",
        hint="convert the column with a `types` step, or train again on the new type",
    )
