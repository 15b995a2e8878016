"""Slots that are tensors of their own: written, read and given to the network as they were encoded, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from thalweg.dataset.columns import training_column
from thalweg.dataset.encode import encode
from thalweg.dataset.loader import Loader
from thalweg.dataset.read import read_all
from thalweg.dataset.shards import read_index
from thalweg.engines.table import Table
from thalweg.features.encoders import encode_batch
from thalweg.features.feature import Encoded, Encoder, Slot
from thalweg.features.number import NumberEncoder
from thalweg.features.scaling import Linear
from thalweg.features.series import Series

ROWS = 700


class Drawn(Encoder):
    """A text as the picture of its bytes, and as their codes."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        return (
            Slot(name="drawn", block="image", shape=(1, 2, 3)),
            Slot(name="read", block="tokens", shape=(4,), cardinality=128),
        )

    def encode(self, values: pa.Array) -> Encoded:
        texts = [(value or "").encode().ljust(6, b"\0") for value in values.to_pylist()]
        pixels = np.frombuffer(b"".join(texts), np.uint8).reshape(-1, 6)
        short = np.array([text.startswith(b"t6") for text in texts])
        return Encoded(
            {"drawn": pixels.reshape(-1, 1, 2, 3), "read": pixels[:, :4].astype(np.int32)},
            {"short": short},
            np.array([text.startswith(b"t13") for text in texts]),
            "is unlucky",
        )


NUMBER = NumberEncoder(
    column="number", type="DOUBLE", scaling=Linear(shift=0.0, scale=2.0), fill=0.0, missing=False,
    indicator=False, bins=None,
)  # fmt: skip
ENCODERS = (Drawn(column="text", type="VARCHAR"), NUMBER)
COLUMNS = {
    "text": pa.array([f"t{i}" for i in range(ROWS)]),
    "number": pa.array(np.arange(ROWS) % 10 / 2),
    "__split": pa.array(np.arange(ROWS) % 3, pa.int8()),
}


def made(make_table: Callable[..., Table], folder: Path) -> Path:
    encode(make_table("texts", COLUMNS), ENCODERS, {}, folder, seed=3, shard_rows=100)
    return folder


def test_they_are_read_as_they_were_encoded(make_table: Callable[..., Table], tmp_path: Path) -> None:
    folder = made(make_table, tmp_path / "made")
    batch = pa.record_batch(list(COLUMNS.values()), names=list(COLUMNS))
    expected = encode_batch(ENCODERS, batch)
    assert expected.bad.sum() == 11  # t13, and t130 to t139
    rows: list[int] = []
    for split in ("training", "validation", "test"):
        found = read_all(folder, split)
        rows += found["row"].tolist()
        for name, values in expected.blocks.items():
            assert found[name].dtype == values.dtype
            assert found[name].tobytes() == values[found["row"]].tobytes()
    assert sorted(rows) == np.flatnonzero(~expected.bad).tolist()
    index = read_index(folder)
    assert index.row_bytes == 4 + 6 + 4 * 4 + 8
    assert [each.column for each in index.coded] == ["number"]
    assert index.counts == {"text": {"short": 111}}


def test_batches_hold_them_under_their_keys(make_table: Callable[..., Table], tmp_path: Path) -> None:
    loader = Loader(made(make_table, tmp_path / "made"), "training", 64, seed=0)
    batch = next(iter(loader))
    assert set(batch) == {"numbers", "categories", "image:drawn", "tokens:read", "row"}
    assert (batch["image:drawn"].dtype, batch["image:drawn"].shape) == (torch.uint8, (64, 1, 2, 3))
    assert (batch["tokens:read"].dtype, batch["tokens:read"].shape) == (torch.int64, (64, 4))
    for row, tokens in zip(batch["row"].tolist(), batch["tokens:read"].tolist(), strict=True):
        assert bytes(tokens).rstrip(b"\0").decode() == f"t{row}"[:4]


def test_lists_of_numbers_are_read_as_they_were_encoded(
    make_table: Callable[..., Table], tmp_path: Path
) -> None:
    chance = np.random.default_rng(0)
    lists = [None if i % 50 == 0 else chance.normal(3, 2, i % 7).tolist() for i in range(ROWS)]
    lists[3] = [1.0, None, float("inf")]
    series = pa.array(lists, pa.list_(pa.float64()))
    table = make_table("courses", {**COLUMNS, "past": series})
    training = training_column(table, "past")
    assert (training.rows, training.nulls, training.distinct) == (234, 5, 0)
    assert Series.refuses(training) is None
    encoder = Series(column="past", length=4).fit(training)
    encode(table, [encoder], {}, tmp_path / "made", seed=3, shard_rows=100)
    expected = encode_batch([encoder], pa.record_batch([series], names=["past"]))
    assert np.flatnonzero(expected.bad).tolist() == [3]
    found = read_all(tmp_path / "made", "training")
    assert found["series:past"].tobytes() == expected.blocks["series:past"][found["row"]].tobytes()
    assert read_index(tmp_path / "made").counts == expected.counts
