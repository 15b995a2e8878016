"""Several encoders over one batch, and what is said when the batch does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.features.conftest import column_of
from thalweg.core.errors import BundleError, DataError, StorageError
from thalweg.features.category import Category
from thalweg.features.encoders import encode_batch, layout_of, load, restore, save, stored
from thalweg.features.feature import Encoder
from thalweg.features.number import Number


@pytest.fixture
def encoders() -> tuple[Encoder, ...]:
    temp = Number(column="temp", transform="none").fit(column_of("temp", "DOUBLE", [1.0, 2.0, None]))
    carrier = Category(column="carrier", min_count=1).fit(column_of("carrier", "VARCHAR", ["UA", "UA", "AA"]))
    wind = Number(column="wind", transform="none").fit(column_of("wind", "DOUBLE", [5.0, 9.0]))
    return temp, carrier, wind


BATCH = pa.record_batch(
    {
        "wind": pa.array([7.0, float("inf"), float("inf")]),
        "other": pa.array(["not", "read", "at all"]),
        "carrier": pa.array(["AA", None, "UA"]),
        "temp": pa.array([None, 3.0, float("-inf")]),
    }
)


def test_blocks_are_packed_in_the_order_of_the_encoders(encoders: tuple[Encoder, ...]) -> None:
    encoded = encode_batch(encoders, BATCH.slice(0, 2))
    assert [slot.name for slot in layout_of(encoders).slots] == ["temp", "temp:missing", "carrier", "wind"]
    assert encoded.blocks["numbers"].tolist() == [[1.5, 1.0, 7.0], [3.0, 0.0, float("inf")]]
    assert encoded.blocks["categories"].tolist() == [[2], [0]]
    assert encoded.counts == {"temp": {"missing": 1}, "carrier": {"missing_unseen": 1}}


def test_a_bad_row_is_told_once_with_its_first_reason(encoders: tuple[Encoder, ...]) -> None:
    encoded = encode_batch(encoders, BATCH)
    assert encoded.bad.tolist() == [False, True, True]
    assert encoded.reasons == ["wind is infinite or too large", "temp is infinite or too large"]


def test_a_missing_column_is_named_with_the_nearest(encoders: tuple[Encoder, ...]) -> None:
    with pytest.raises(
        DataError, match="the data has no column 'wind', which the model was trained on"
    ) as raised:
        encode_batch(encoders, BATCH.rename_columns(["Wind", "other", "carrier", "temp"]))
    assert "did you mean 'Wind'?" in str(raised.value)


def test_two_inputs_of_one_name_are_refused(encoders: tuple[Encoder, ...]) -> None:
    with pytest.raises(DataError, match="2 inputs would be called 'temp'"):
        layout_of([*encoders, encoders[0]])


def test_a_file_of_encoders_is_read_back(encoders: tuple[Encoder, ...], tmp_path: Path) -> None:
    save(tmp_path / "encoders.json", encoders)
    assert load(tmp_path / "encoders.json") == encoders
    assert [each["kind"] for each in json.loads((tmp_path / "encoders.json").read_text())] == [
        "number",
        "category",
        "number",
    ]


def test_encoders_of_another_version_or_damaged_are_refused(
    encoders: tuple[Encoder, ...], tmp_path: Path
) -> None:
    (newer,) = stored(encoders[:1])
    with pytest.raises(BundleError, match="not encoders that this program knows") as raised:
        restore([{**newer, "spline": 3}])
    assert "use the version of thalweg that wrote them" in str(raised.value)
    with pytest.raises(BundleError, match="unknown kind of feature 'numbr'; did you mean 'number'"):
        restore([{**newer, "kind": "numbr"}])
    (tmp_path / "encoders.json").write_text("[{")
    with pytest.raises(StorageError, match=r"encoders\.json is damaged: it is not valid JSON"):
        load(tmp_path / "encoders.json")


def test_no_encoders_give_blocks_of_no_width() -> None:
    encoded = encode_batch([], BATCH)
    assert encoded.blocks["numbers"].shape == (3, 0)
    assert encoded.blocks["categories"].dtype == np.int32
