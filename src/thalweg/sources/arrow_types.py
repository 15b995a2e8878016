"""Arrow types that the engine does not read, or reads as other values: brought to types that it does, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from thalweg.core.errors import SourceError

DIGITS = 38  # of a decimal that the engine holds
A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def carried_schema(schema: pa.Schema, where: str) -> pa.Schema:
    """The schema that `carried` brings batches to. Raises SourceError where a column cannot be read."""
    fields = [pa.field(field.name, _carried_type(field.type), field.nullable) for field in schema]
    carried = pa.schema(fields)
    refuse_unreadable(carried, where, _trouble)
    return carried


def notes_of(schema: pa.Schema) -> dict[str, str]:
    """What the ledger is told of columns that are read as another type."""
    spans = [field for field in schema if pa.types.is_duration(field.type)]
    return {field.name: f"{field.type}, read as seconds" for field in spans}


def carried(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch with its columns in the types of `carried_schema`."""
    arrays = [_carried(array, field.type) for array, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def refuse_unreadable(schema: pa.Schema, where: str, trouble: Callable[[pa.DataType], str | None]) -> None:
    """Raises SourceError where a column is of a type, or holds one, of which `trouble` says why it cannot be read."""
    for field in schema:
        for kind in _kinds(field.type):
            if why := trouble(kind):
                raise SourceError(
                    f"{where}: the column {field.name!r} is of the Arrow type {field.type}: {why}",
                    hint="leave it out, or write it as another type where it comes from",
                )


def _carried_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_duration(kind):
        return pa.float64()
    if pa.types.is_decimal256(kind) and kind.precision <= DIGITS:
        return pa.decimal128(kind.precision, kind.scale)
    return kind


def _carried(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_duration(array.type):
        return pc.divide(array.cast(pa.int64()).cast(kind, safe=False), float(A_SECOND[array.type.unit]))  # type: ignore[attr-defined]
    return array if array.type == kind else array.cast(kind)


def _kinds(kind: pa.DataType) -> Iterator[pa.DataType]:
    """A type and every type inside it."""
    yield kind
    if pa.types.is_dictionary(kind):
        yield from _kinds(kind.value_type)
    elif pa.types.is_nested(kind):
        for i in range(kind.num_fields):
            yield from _kinds(kind.field(i).type)


def too_many_digits(kind: pa.DataType) -> str | None:
    """What is wrong with decimals that the engine would read as other numbers."""
    wide = pa.types.is_decimal(kind) and kind.precision > DIGITS
    return f"decimals may have {DIGITS} digits" if wide else None


def _trouble(kind: pa.DataType) -> str | None:
    if pa.types.is_decimal256(kind):
        return f"decimals may have {DIGITS} digits"
    if pa.types.is_float16(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return "it cannot be read"
    if pa.types.is_struct(kind) and not kind.num_fields:
        return "it has no fields"
    if isinstance(kind, pa.BaseExtensionType) and not kind.extension_name.startswith("arrow."):
        return "it is an extension that only the program that wrote it understands"
    return None
