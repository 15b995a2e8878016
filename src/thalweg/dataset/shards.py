"""The encoded dataset on disk: Arrow IPC files of shuffled rows, and an index that says what they hold.

dataset.json                   the index
values.arrow                   what each value of a coded column is encoded to, a list for each of its slots
training/00000.arrow …         one record batch a file; columns, each left out where it would be empty:
    codes                      fixed_size_list<uint16>: for each coded column, which of its values the row has
    numbers                    fixed_size_list<float32>: the slots of other columns
    categories                 fixed_size_list<int32>: the same
    <block>:<name>             fixed_size_list: a slot that is a tensor of its own, its shape as the layout says
    target:<name>              int64 (a class) or float32 (a value), one for each output; a fixed_size_list
                               where a row has many, their shape as the index says
    __row                      int64, the position of the row in its source
validation/ test/              the same

A row of a table takes a quarter of its encoded form this way: most columns have less than 65,536 different values.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from thalweg.core.errors import StorageError
from thalweg.core.files import DigestedFile, read_json
from thalweg.core.fingerprint import fingerprint_file
from thalweg.features.encoders import DTYPES
from thalweg.features.layout import Layout

SplitName = Literal["training", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("training", "validation", "test")  # in the order of the numbers in `__split`
INDEX = "dataset.json"
TARGET = "target:"


class Shard(BaseModel):
    """A file of a split, and the digest of its content."""

    model_config = ConfigDict(frozen=True)

    file: str
    rows: int
    digest: str


class TargetType(BaseModel):
    """What is stored of an output: a value a row, or an array of them."""

    model_config = ConfigDict(frozen=True)

    dtype: Literal["int64", "float32", "uint8"]
    shape: tuple[int, ...] = ()

    def empty(self, rows: int) -> np.ndarray:
        """An array (rows, *shape), not filled."""
        return np.empty((rows, *self.shape), self.dtype)


class CodedColumn(BaseModel):
    """A column that shards hold as codes, and the slots that these are looked up for."""

    model_config = ConfigDict(frozen=True)

    column: str
    slots: tuple[str, ...]


class Index(BaseModel):
    """What an encoded dataset holds."""

    model_config = ConfigDict(frozen=True)

    format: int = 3
    seed: int
    layout: Layout
    coded: tuple[CodedColumn, ...] = ()
    """In the order in which shards hold their codes."""
    values: Shard | None = None
    """The file of what the codes stand for."""
    targets: dict[str, TargetType]
    """The type of each output, and its shape."""
    splits: dict[SplitName, tuple[Shard, ...]]
    counts: dict[str, dict[str, int]] = {}
    """By column: how many values were missing, rare or unseen."""

    @property
    def row_bytes(self) -> int:
        """What a row takes in memory."""
        return row_bytes(self.layout, self.targets)

    def rows(self, split: SplitName) -> int:
        """How many rows a split has."""
        return sum(shard.rows for shard in self.splits[split])


def row_bytes(layout: Layout, targets: Mapping[str, TargetType]) -> int:
    """What an encoded row takes in memory."""
    inputs = sum(prod(slot.shape) * np.dtype(DTYPES[slot.block]).itemsize for slot in layout.slots)
    return inputs + sum(kind.empty(1).nbytes for kind in targets.values()) + 8


def read_index(folder: Path) -> Index:
    """The index of a dataset. Raises StorageError where there is none."""
    if not (folder / INDEX).is_file():
        raise StorageError(f"{folder} holds no encoded dataset: {INDEX} is missing", hint=REMEDY)
    return Index.model_validate(read_json(folder / INDEX))


REMEDY = "make the dataset again with: thalweg run FILE"


def write_shard(arrays: Mapping[str, np.ndarray], path: Path) -> Shard:
    """Write columns (n,) and (n, *shape), by their names, as one Arrow IPC file; those of width 0 are left out.

    The same values give the same bytes.
    """
    columns = {name: _column(values) for name, values in arrays.items() if values.shape[1:] != (0,)}
    batch = pa.record_batch(list(columns.values()), names=list(columns))
    file = f"{path.parent.name}/{path.name}"
    return Shard(file=file, rows=batch.num_rows, digest=write_batch(batch, path))


def write_batch(batch: pa.RecordBatch, path: Path) -> str:
    """Write a batch as an Arrow IPC file; its digest."""
    with DigestedFile(path) as file:
        with pa.ipc.new_file(pa.PythonFile(file, "w"), batch.schema) as writer:
            writer.write_batch(batch)
        return file.digest()


def _column(values: np.ndarray) -> pa.Array:
    flat = pa.array(values.reshape(-1))
    return flat if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, prod(values.shape[1:]))


def open_shard(folder: Path, shard: Shard) -> dict[str, np.ndarray]:
    """The columns of a shard as arrays (n,) or (n, width) that lie in the file, mapped into memory; tensors are flat.

    Raises what `mapped` raises.
    """
    batch = mapped(folder, shard)
    return {name: _array(batch.column(name)) for name in batch.schema.names}


def mapped(folder: Path, shard: Shard) -> pa.RecordBatch:
    """The content of a file, mapped into memory. Raises StorageError where it is missing or is not a shard."""
    path = folder / shard.file
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise StorageError(f"{path} is missing or damaged: {error}", hint=REMEDY) from error


def _array(column: pa.Array) -> np.ndarray:
    if isinstance(column, pa.FixedSizeListArray):
        return column.values.to_numpy().reshape(-1, column.type.list_size)
    return column.to_numpy()


def check_shard(folder: Path, shard: Shard) -> None:
    """Raise StorageError unless a shard's content is what was written."""
    path = folder / shard.file
    if not path.is_file():
        raise StorageError(f"{path} is missing", hint=REMEDY)
    if fingerprint_file(path) != shard.digest:
        raise StorageError(f"{path} has changed since it was written", hint=REMEDY)
