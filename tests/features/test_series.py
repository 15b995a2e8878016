"""Series: the latest steps at the end, scaled by training; what was cut or filled is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.conftest import column_of
from thalweg.core.errors import DataError
from thalweg.features.encoders import encode_values
from thalweg.features.series import Series, SeriesEncoder

INFINITE = float("inf")


def fitted(values: list[Any], type: str = "DOUBLE[]", **settings: Any) -> SeriesEncoder:
    return Series(column="past", **settings).fit(column_of("past", type, pa.array(values)))


def steps_of(encoder: SeriesEncoder, values: list[Any]) -> np.ndarray:
    return encode_values(encoder, pa.array(values)).slots["past"]


def test_the_latest_step_is_last_and_room_is_at_the_front() -> None:
    encoder = fitted([[1.0, 3.0], [1.0, 3.0, 1.0, 3.0]], length=3)  # mean 2, deviation 1
    assert encoder.slots[0].shape == (3, 2)
    assert steps_of(encoder, [[4.0], [5.0, 1.0, 2.0, 3.0], []]).tolist() == [
        [[0, 0], [0, 0], [2, 1]],
        [[-1, 1], [0, 1], [1, 1]],
        [[0, 0], [0, 0], [0, 0]],
    ]


def test_what_was_cut_filled_or_empty_is_counted() -> None:
    encoder = fitted([[1.0, 3.0]])
    found = encode_values(encoder, pa.array([[1.0, None], [float("nan"), 3.0], [1.0] * 3, [], None]))
    assert found.slots["past"][:2].tolist() == [[[-1, 1], [0, 1]], [[0, 1], [1, 1]]]
    assert found.counts == {"missing_unseen": 1, "empty": 1, "cut": 1, "gaps": 2}
    assert found.bad is None


def test_a_gap_before_the_steps_taken_is_not_counted() -> None:
    found = encode_values(fitted([[1.0, 3.0]]), pa.array([[None, INFINITE, 1.0, 3.0]]))
    assert found.counts == {"cut": 1}
    assert found.bad is None


def test_structures_are_channels_each_scaled_by_itself() -> None:
    kind = pa.list_(pa.struct({"a": pa.float64(), "b": pa.int32()}))
    values = pa.array([[{"a": 0.0, "b": 10}, {"a": 2.0, "b": 30}]], kind)
    encoder = Series(column="past").fit(column_of("past", "STRUCT(a DOUBLE, b INTEGER)[]", values))
    assert [(each.shift, each.scale) for each in encoder.scaling] == [(1.0, 1.0), (20.0, 10.0)]
    swapped = pa.array(
        [[{"b": 40, "a": 1.0}, None]], pa.list_(pa.struct({"b": pa.int64(), "a": pa.float64()}))
    )
    found = encode_values(encoder, swapped)
    assert found.slots["past"].tolist() == [[[0, 2, 1], [0, 0, 1]]]
    assert found.counts == {"gaps": 1}
    other = pa.array([[{"a": 1.0, "c": 2}]])
    with pytest.raises(
        DataError, match=r"expected STRUCT\(a DOUBLE, b INTEGER\)\[\] as in training, rec.* c: "
    ):
        encode_values(encoder, other)


def test_an_infinite_number_sends_its_row_to_quarantine() -> None:
    found = encode_values(fitted([[1.0, 3.0]]), pa.array([[1.0], [INFINITE, 1.0], [1e300]]))
    assert found.bad is not None
    assert found.bad.tolist() == [False, True, True]
    assert found.why == "holds a number that is infinite or too large"
    assert np.isfinite(found.slots["past"]).all()


def test_most_series_are_whole_and_none_is_longer_than_512() -> None:
    assert fitted([[1.0, 2.0]] * 99 + [[1.0] * 40]).length == 2
    assert fitted([[1.0, 2.0]] * 5 + [[0.0] * 1000] * 5).length == 512
    assert fitted([[1.0], [2.0]]).length == 1


def test_a_constant_channel_is_zero() -> None:
    assert steps_of(fitted([[5.0, 5.0]]), [[5.0, 6.0]])[0, :, 0].tolist() == [0, 1]


def test_columns_that_can_not_be_learnt_are_refused() -> None:
    assert Series.refuses(column_of("past", "DOUBLE[]", pa.array([[1.0], [2.0]]))) == (
        "holds no series: no list has more than one step"
    )
    for type in (
        "VARCHAR[]",
        "DOUBLE[][]",
        "STRUCT(a DOUBLE, b VARCHAR)[]",
        "MAP(VARCHAR, DOUBLE)",
        "DOUBLE",
    ):
        assert not Series.accepts(type)
    with pytest.raises(
        DataError, match="'past' has a channel without any finite number in the training rows"
    ) as told:
        fitted([[None, INFINITE]], "DOUBLE[]")
    assert "under model: exclude" in str(told.value)
    with pytest.raises(DataError, match=r"'past' holds numbers as large as 1e\+200: too large"):
        fitted([[1e200, 1.0]])


@given(
    st.lists(st.none() | st.lists(st.none() | st.floats(-9, 9), max_size=6), min_size=1, max_size=5),
    st.integers(1, 5),
)
def test_steps_are_those_of_a_naive_reading(rows: list[Any], length: int) -> None:
    encoder = fitted([[-1.0, 1.0]], length=length)  # mean 0, deviation 1
    wanted = np.zeros((len(rows), length, 2), np.float32)
    for row, steps in enumerate(rows):
        for back, value in enumerate(reversed((steps or [])[-length:]), start=1):
            wanted[row, -back] = (value or 0.0, 1.0)
    values = pa.array(rows, pa.list_(pa.float64()))
    assert np.array_equal(encode_values(encoder, values).slots["past"], wanted)
    assert np.array_equal(encode_values(encoder, values.slice(1)).slots["past"], wanted[1:])


def test_hourly_temperatures(data: Callable[[str], Path]) -> None:
    """Standardised over days of the training rows, they are about 0 ± 1."""
    oil = csv.read_csv(data("ett/ETTh1.csv"))["OT"].to_numpy()
    days = oil[: len(oil) // 24 * 24].reshape(-1, 24).tolist()
    encoder = fitted(days, "DOUBLE[]")
    assert encoder.slots[0].shape == (24, 2)
    values = steps_of(encoder, days)[:, :, 0]
    assert abs(values.mean()) < 1e-4
    assert abs(values.std() - 1) < 1e-4
