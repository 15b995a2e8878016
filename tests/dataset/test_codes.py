"""Codes of columns: every value comes back bit by bit, whatever its type; too many are told in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.dataset import codes as subject
from thalweg.dataset import encode as encoding
from thalweg.dataset.codes import Codebook, Codes
from thalweg.dataset.encode import encode
from thalweg.dataset.read import read_all
from thalweg.engines.table import Table
from thalweg.features.category import Category
from thalweg.features.encoders import encode_batch
from thalweg.features.feature import Encoder, TrainingColumn
from thalweg.features.number import Number

TYPED = {
    "text": pa.array(["a", None, "", "深泓", "a"]),
    "large_text": pa.array(["a", None, "b", "a", "a"], pa.large_string()),
    "whole": pa.array([2**62, None, -1, 0, 0]),
    "byte": pa.array([1, 2, None, 255, 0], pa.uint8()),
    "truth": pa.array([True, None, False, True, True]),
    "float": pa.array([0.0, -0.0, float("nan"), None, float("-inf")]),
    "single": pa.array([0.5, -0.0, float("nan"), None, 0.0], pa.float32()),
    "half": pa.array(np.array([0.5, -0.0, 0.0, 1, 1], np.float16)),
    "decimal": pa.array([Decimal("1.50"), None, Decimal("0.00"), Decimal("-3.25"), Decimal("1.50")]),
    "day": pa.array([date(1, 1, 1), None, date(9999, 12, 31), date(2013, 1, 1), date(2013, 1, 1)]),
    "moment": pa.array([datetime(2013, 1, 1, tzinfo=UTC), None] * 2 + [None], pa.timestamp("us", tz="UTC")),
    "bytes": pa.array([b"\0", None, b"", b"\xff", b"\0"]),
}


def exactly(values: pa.Array) -> list[object]:
    """Values by their bits."""
    if pa.types.is_floating(values.type):
        return values.view(
            {16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[values.type.bit_width]
        ).to_pylist()
    return values.to_pylist()


@pytest.mark.parametrize("values", TYPED.values(), ids=TYPED)
def test_every_type_comes_back_bit_by_bit(values: pa.Array) -> None:
    codes = Codes(values.type)
    numbers = [codes.of(part) for part in (values, values.slice(2), values.slice(0, 0))]
    found = [codes.values.take(pa.array(part)) for part in numbers if part is not None]
    assert [exactly(part) for part in found] == [exactly(values), exactly(values)[2:], []]
    assert codes.values.type == values.type
    assert len(set(map(repr, exactly(codes.values)))) == len(codes.values)


@pytest.mark.parametrize(
    "values",
    [pa.array([[1], None]), pa.array([{"a": 1}]), pa.array(["a"], pa.string_view()), pa.nulls(1)],
    ids=["list", "struct", "string_view", "null"],
)
def test_types_that_have_no_codes(values: pa.Array) -> None:
    assert Codes(values.type).of(values) is None


@given(st.lists(st.lists(st.one_of(st.none(), st.floats(width=64)), max_size=30), max_size=6))
def test_floats_of_any_batches_come_back(batches: list[list[float | None]]) -> None:
    codes = Codes(pa.float64())
    arrays = [pa.array(batch, pa.float64()) for batch in batches]
    with ThreadPoolExecutor(3) as pool:
        numbers = list(pool.map(codes.of, arrays))
    for values, found in zip(arrays, numbers, strict=True):
        assert found is not None
        assert exactly(codes.values.take(pa.array(found))) == exactly(values)


def test_too_many_values_are_given_up_and_codes_given_before_stay_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "MOST", 100)
    codes = Codes(pa.int64())
    first = codes.of(pa.array(range(100)))
    assert codes.of(pa.array([5, 100])) is None
    assert codes.of(pa.array([5])) is None
    assert codes.values.take(pa.array(first)).to_pylist() == list(range(100))


def test_values_that_take_too_much_memory_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_BYTES", 1000)
    codes = Codes(pa.string())
    assert codes.of(pa.array(["short"])) is not None
    assert codes.of(pa.array(["long" * 1000])) is None


def test_a_batch_is_split_into_codes_and_what_has_none() -> None:
    codebook = Codebook(["carrier", "list"])
    batch = pa.record_batch({"__row": [7, 8], "carrier": ["UA", None], "list": [[1], [2]]})
    table, plain = codebook.split(batch)
    assert plain.to_pydict() == {"__row": [7, 8], "list": [[1], [2]]}
    assert codebook.decoded("carrier", table[:, 0]).to_pylist() == ["UA", None]
    assert codebook.values("list") is codebook.values("__row") is codebook.values("unknown") is None


@pytest.mark.parametrize("most", [0, 3, 40, 2**16])
def test_shards_are_the_same_wherever_codes_are_given_up(
    most: int, make_table: Callable[..., Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns given up at the first batch, in the middle or never: the rows are encoded to the same bits."""
    monkeypatch.setattr(encoding, "BATCH", 50)
    rows = np.random.default_rng(0)
    columns = {
        "grows": pa.array([float(i // 10) if i % 7 else None for i in range(600)]),
        "name": pa.array([f"n{i}" for i in rows.integers(0, 20, 600)]),
        "late": pa.array(rows.integers(0, 2, 600)),
        "__split": pa.array(rows.choice(3, 600), pa.int8()),
    }
    table = make_table("flights", columns)
    number, name = columns["grows"], columns["name"]
    encoders = [
        Number(column="grows").fit(column_of("grows", "DOUBLE", number)),
        Category(column="name").fit(column_of("name", "VARCHAR", name)),
    ]
    monkeypatch.setattr(subject, "MOST", most)
    encode(table, encoders, {"late": Same("late")}, tmp_path / "made", seed=1, shard_rows=100)
    expected = encoding_of(encoders, columns)
    for split in ("training", "validation", "test"):
        found = read_all(tmp_path / "made", split)
        for block in ("numbers", "categories"):
            assert found[block].tobytes() == expected[block][found["row"]].tobytes()
        assert (found["target:late"] == columns["late"].to_numpy()[found["row"]]).all()


def column_of(name: str, type: str, values: pa.Array) -> TrainingColumn:
    """All values as what an encoder is fitted to."""
    counted = values.drop_null().value_counts().to_pylist()
    ranked = sorted(((one["values"], one["counts"]) for one in counted), key=lambda one: (-one[1], one[0]))
    return TrainingColumn(
        name, type, len(values), values.null_count, len(ranked), values, lambda n: ranked[:n]
    )


def encoding_of(encoders: Sequence[Encoder], columns: dict[str, pa.Array]) -> dict[str, np.ndarray]:
    """All rows, as one batch."""
    return encode_batch(encoders, pa.record_batch(list(columns.values()), names=list(columns))).blocks


class Same:
    """An output that is encoded as it is."""

    def __init__(self, column: str):
        self.column = column

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        return values.fill_null(0).to_numpy(zero_copy_only=False), np.zeros(len(values), bool)
