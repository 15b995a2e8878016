"""MNIST or CIFAR-10 as one Parquet file with the published split: `python -m benchmarks.images mnist FILE`.

Nothing is changed but a column `part`, which tells training and validation (a twelfth of the training images, by a
hash of the place of each) from test.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.places import data

VALIDATION = 1 / 12


def one_parquet(name: str, path: Path, most: int | None = None) -> Path:
    """The file, made of train.parquet and test.parquet in the folder `name` of `THALWEG_DATA`.

    `most`: of each of the two, the first rows alone.
    """
    tables = [
        _with_part(pq.read_table(data(name) / f"{each}.parquet")[:most], each) for each in ("train", "test")
    ]
    partial = path.with_suffix(".partial")
    pq.write_table(pa.concat_tables(tables), partial)
    return partial.rename(path)


def _with_part(table: pa.Table, name: str) -> pa.Table:
    parts = pa.array([_part(name, row) for row in range(len(table))])
    return table.select(["image", "label"]).append_column("part", parts)


def _part(name: str, row: int) -> str:
    if name == "test":
        return "test"
    return "validation" if zlib.crc32(f"{name}:{row}".encode()) < VALIDATION * 2**32 else "training"


if __name__ == "__main__":
    print(one_parquet(sys.argv[1], Path(sys.argv[2])))
