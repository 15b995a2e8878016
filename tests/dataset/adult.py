"""The census of 1994 as a table with a split, encoders for it, and what it takes to encode a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from thalweg.dataset.columns import training_columns
from thalweg.dataset.encode import EncodedDataset, encode
from thalweg.engines.table import Table
from thalweg.features.auto import choose
from thalweg.features.encoders import Encoder

NAMES = [
    *(
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "education_num",
        "marital_status",
        "occupation",
        "relationship",
    ),
    *("race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
]


class Answer:
    """A column of text with two known values, as 0 and 1."""

    def __init__(self, column: str = "income", values: Sequence[str] = ("<=50K", ">50K")):
        self.column, self.values = column, list(values)

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        place = (
            pc.index_in(values, value_set=pa.array(self.values)).fill_null(-1).to_numpy(zero_copy_only=False)
        )
        return np.maximum(place, 0).astype(np.int64), place < 0


def adult_columns(path: Path, rows: int) -> dict[str, pa.Array]:
    """The first rows of the census, `?` as missing, split 60/20/20 by a rule that mixes them."""
    read = csv.read_csv(
        pa.BufferReader(path.read_bytes().replace(b", ", b",")),
        csv.ReadOptions(column_names=NAMES),
        convert_options=csv.ConvertOptions(null_values=["?"], strings_can_be_null=True),
    ).slice(0, rows)
    part = np.random.default_rng(5).choice([0, 1, 2], rows, p=[0.6, 0.2, 0.2])
    columns = {name: read.column(name).combine_chunks() for name in NAMES}
    return {**columns, "__split": pa.array(part, pa.int8())}


def fitted(
    table: Table, targets: Sequence[str] = ("income",), given: Sequence[str] = ("auto",)
) -> list[Encoder]:
    """Encoders of all columns that `auto` takes, and of those given."""
    columns = training_columns(table)
    choice = choose([column for name, column in columns.items() if name not in targets], given)
    return [feature.fit(columns[feature.column]) for feature in choice.features]


def encoded(table: Table, folder: Path, **options: Any) -> EncodedDataset:
    """The table encoded with its own encoders, small shards unless said otherwise."""
    outputs: Mapping[str, Any] = {"income": Answer()}
    return encode(table, fitted(table), outputs, folder, **{"seed": 3, "shard_rows": 500, **options})
