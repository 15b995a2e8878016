"""Lists and structures in the one Arrow type that an encoder expects, whatever typed their parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow

from thalweg.engines import types

Read = Callable[[pa.Array, str], pa.Array | None]


def read_nested(values: pa.Array, type: str, read: Read) -> pa.Array | None:
    """Lists as `list`, structures as `struct` with the fields of `type` in its order; None where they do not fit.

    `read` brings the parts to what is expected of their own type. Nothing is left beneath what is NULL.
    """
    inner = types.element(type)
    if inner is not None:
        return _list(values, inner, read)
    fields = types.fields(type)
    return None if fields is None else _struct(values, fields, read)


def nested_type(type: str, of: Callable[[str], pa.DataType]) -> pa.DataType:
    """The Arrow type of a list or structure; `of` gives that of its parts."""
    inner = types.element(type)
    if inner is not None:
        return pa.list_(of(inner))
    fields = types.fields(type) or {}
    return pa.struct([pa.field(name, of(kind)) for name, kind in fields.items()])


def _list(values: pa.Array, inner: str, read: Read) -> pa.Array | None:
    kind = values.type
    if not (arrow.is_list(kind) or arrow.is_large_list(kind) or arrow.is_fixed_size_list(kind)):
        return None
    found = read(values.flatten(), inner)
    if found is None:
        return None
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    ends = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), found, mask=values.is_null())


def _struct(values: pa.Array, fields: Mapping[str, str], read: Read) -> pa.Array | None:
    if not arrow.is_struct(values.type) or {field.name for field in values.type} != set(fields):
        return None
    parts = dict(zip([field.name for field in values.type], values.flatten(), strict=True))
    found = [read(parts[name], kind) for name, kind in fields.items()]
    if any(part is None for part in found):
        return None
    return pa.StructArray.from_arrays(found, names=list(fields), mask=values.is_null())
