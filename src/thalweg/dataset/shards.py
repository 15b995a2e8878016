"""The encoded dataset on disk: Arrow IPC files of shuffled rows, and an index that says what they hold.

dataset.json                   the index
training/00000.arrow …         one record batch a file; columns:
    numbers                    fixed_size_list<float32>[N], left out where N is 0
    categories                 fixed_size_list<int32>[C], left out where C is 0
    target:<name>              int64 (a class) or float32 (a value), one for each output
    __row                      int64, the position of the row in its source
validation/ test/              the same
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from thalweg.core.errors import StorageError
from thalweg.core.files import read_json
from thalweg.core.fingerprint import fingerprint_content, fingerprint_file
from thalweg.engines.table import ROW
from thalweg.features.layout import Layout

SplitName = Literal["training", "validation", "test"]
TargetType = Literal["int64", "float32"]
SPLITS: tuple[SplitName, ...] = ("training", "validation", "test")  # in the order of the numbers in `__split`
INDEX = "dataset.json"
TARGET = "target:"


class Shard(BaseModel):
    """A file of a split, and the digest of its content."""

    model_config = ConfigDict(frozen=True)

    file: str
    rows: int
    digest: str


class Index(BaseModel):
    """What an encoded dataset holds."""

    model_config = ConfigDict(frozen=True)

    format: int = 1
    seed: int
    layout: Layout
    targets: dict[str, TargetType]
    """The type of each output."""
    splits: dict[SplitName, tuple[Shard, ...]]
    counts: dict[str, dict[str, int]] = {}
    """By column: how many values were missing, rare or unseen."""

    @property
    def record(self) -> np.dtype:
        """The type of a row: fields `numbers` (N,), `categories` (C,), `target:<name>`, `__row`."""
        return record_type(self.layout, self.targets)

    def rows(self, split: SplitName) -> int:
        """How many rows a split has."""
        return sum(shard.rows for shard in self.splits[split])


def record_type(layout: Layout, targets: Mapping[str, str]) -> np.dtype:
    """A row of the dataset as a structured type without gaps."""
    blocks = [("numbers", np.float32), ("categories", np.int32)]
    fields = [(name, dtype, (len(layout.of(name)),)) for name, dtype in blocks if layout.of(name)]
    return np.dtype(
        [*fields, *((f"{TARGET}{name}", dtype) for name, dtype in targets.items()), (ROW, np.int64)]
    )


def read_index(folder: Path) -> Index:
    """The index of a dataset. Raises StorageError where there is none."""
    if not (folder / INDEX).is_file():
        raise StorageError(f"{folder} holds no encoded dataset: {INDEX} is missing", hint=REMEDY)
    return Index.model_validate(read_json(folder / INDEX))


REMEDY = "make the dataset again with: thalweg run FILE"


def write_shard(records: np.ndarray, path: Path) -> Shard:
    """Write structured rows (n,) as one Arrow IPC file; the same rows give the same bytes."""
    arrays = {name: _column(records[name]) for name in records.dtype.names or ()}
    batch = pa.record_batch(list(arrays.values()), names=list(arrays))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content = sink.getvalue()
    path.write_bytes(content)
    return Shard(
        file=f"{path.parent.name}/{path.name}", rows=len(records), digest=fingerprint_content(content)
    )


def _column(values: np.ndarray) -> pa.Array:
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    return flat if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def open_shard(folder: Path, shard: Shard) -> dict[str, np.ndarray]:
    """The columns of a shard as arrays (n,) or (n, width) that lie in the file, mapped into memory.

    Raises StorageError where the file is missing or is not a shard.
    """
    path = folder / shard.file
    try:
        batch = pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise StorageError(f"{path} is missing or damaged: {error}", hint=REMEDY) from error
    return {name: _array(batch.column(name)) for name in batch.schema.names}


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
