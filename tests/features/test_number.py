"""Numbers: scaling, missing values, bins, and what `auto` refuses."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.features.conftest import column_of
from thalweg.core.errors import DataError
from thalweg.features.number import Number

NAN, INF = float("nan"), float("inf")


def values(feature: Number, training: list, asked: list) -> list[float]:
    encoder = feature.fit(column_of("x", "DOUBLE", pa.array(training, pa.float64())))
    return encoder.encode(pa.array(asked, pa.float64())).slots["x"].tolist()


def test_standard_gives_mean_zero_and_deviation_one() -> None:
    assert values(Number(column="x"), [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], [5.0, 7.0, 3.0]) == [0, 1, -1]


def test_none_leaves_numbers_as_they_are() -> None:
    assert values(Number(column="x", transform="none"), [2.0, 9.0], [2.5, -1e9]) == [2.5, -1e9]


def test_quantile_makes_a_long_tail_normal() -> None:
    tail = np.exp(np.random.default_rng(0).normal(size=20_000) * 2)
    encoded = np.array(values(Number(column="x", transform="quantile"), tail.tolist(), tail.tolist()))
    assert abs(encoded.mean()) < 0.01
    assert abs(encoded.std() - 1) < 0.01
    assert abs(np.mean(encoded**3)) < 0.05
    assert (np.argsort(encoded, kind="stable") == np.argsort(tail, kind="stable")).mean() > 0.99


def test_quantile_keeps_to_the_ends_beyond_what_training_saw() -> None:
    low, first, last, high = values(Number(column="x", transform="quantile"), [1.0, 2.0, 3.0], [-9, 1, 3, 99])
    assert low == first == pytest.approx(-0.9674, abs=1e-4)
    assert last == high == pytest.approx(0.9674, abs=1e-4)


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=60),
    st.sampled_from(["standard", "quantile"]),
)
def test_scaling_keeps_the_order(training: list[float], transform: str) -> None:
    asked = sorted({*training, -2e6, 0.0, 2e6})
    encoded = values(Number.model_validate({"column": "x", "transform": transform}), training, asked)
    assert encoded == sorted(encoded)
    assert np.isfinite([z for x, z in zip(asked, encoded, strict=True) if x in training]).all()


@pytest.mark.parametrize("transform", ["standard", "quantile"])
def test_a_constant_column_is_zero(transform: str) -> None:
    feature = Number.model_validate({"column": "x", "transform": transform})
    assert values(feature, [7.0, 7.0, 7.0], [7.0]) == [0.0]


@pytest.mark.parametrize(
    ("missing", "stands_for"),
    [("indicator", 4.0), ("mean", 4.0), ("median", 2.0), ("mode", 1.0), (-3, -3.0), (0, 0.0)],
)
def test_what_stands_for_a_missing_value(missing: str | float, stands_for: float) -> None:
    feature = Number.model_validate({"column": "x", "missing": missing, "transform": "none"})
    training = [1.0, 1.0, 2.0, 6.0, 10.0, None]
    assert values(feature, training, [None]) == [stands_for]
    encoder = feature.fit(column_of("x", "DOUBLE", training))
    names = [slot.name for slot in encoder.slots]
    assert names == (["x", "x:missing"] if missing == "indicator" else ["x"])


def test_the_indicator_is_one_where_missing_and_nan_is_missing() -> None:
    encoder = Number(column="x").fit(column_of("x", "DOUBLE", [1.0, None, 3.0]))
    encoded = encoder.encode(pa.array([2.0, None, NAN]))
    assert encoded.slots["x:missing"].tolist() == [0, 1, 1]
    assert encoded.slots["x"].tolist() == [0, 0, 0]
    assert encoded.counts == {"missing": 2}
    assert Number(column="x").fit(column_of("x", "DOUBLE", [1.0, NAN])).missing


def test_an_infinite_number_makes_its_row_bad() -> None:
    encoder = Number(column="x").fit(column_of("x", "DOUBLE", [1.0, 2.0, INF]))
    encoded = encoder.encode(pa.array([1.0, INF, -INF, 1e300, NAN]))
    assert encoded.bad is not None
    assert encoded.bad.tolist() == [False, True, True, True, False]
    assert encoded.why == "is infinite or too large"
    quantile = Number(column="x", transform="quantile").fit(column_of("x", "DOUBLE", [1.0, 2.0]))
    found = quantile.encode(pa.array([1e300, INF])).bad
    assert found is not None
    assert found.tolist() == [False, True]


def test_numbers_too_large_to_standardise_are_told_of() -> None:
    with pytest.raises(DataError, match=r"column 'x' holds numbers as large as 1e\+308") as raised:
        Number(column="x").fit(column_of("x", "DOUBLE", [1e308, -1e308]))
    assert "transform: quantile" in str(raised.value)
    with pytest.raises(DataError, match="column 'x' has no finite number in the training rows"):
        Number(column="x").fit(column_of("x", "DOUBLE", [INF, NAN]))


def test_few_values_are_edges_of_bins_themselves() -> None:
    encoder = Number(column="x", transform="none").fit(column_of("x", "DOUBLE", [5.0, 1.0, 2.0, 2.0]))
    assert encoder.bins == (1.0, 2.0, 5.0)


def test_bins_may_be_left_out() -> None:
    assert Number(column="x", bins=0).fit(column_of("x", "DOUBLE", [1.0, 2.0])).bins is None


def test_bins_hold_about_as_many_rows_each() -> None:
    numbers = np.random.default_rng(1).exponential(size=10_000)
    encoder = Number(column="x", bins=20, transform="none").fit(column_of("x", "DOUBLE", numbers))
    assert encoder.bins is not None
    assert len(encoder.bins) == 21
    rows = np.histogram(numbers.astype(np.float32), encoder.bins)[0]
    assert rows.min() > 450
    assert rows.max() < 550


def test_a_column_that_is_mostly_zero_has_bins_in_its_tail() -> None:
    tail = np.random.default_rng(2).integers(1, 5_000, 800)
    encoder = Number(column="x", bins=20, transform="none").fit(
        column_of("x", "BIGINT", np.concatenate([np.zeros(9_200, np.int64), tail]))
    )
    assert encoder.bins is not None
    assert encoder.bins[0] == 0
    assert len([edge for edge in encoder.bins if edge > 100]) >= 18


def test_auto_refuses_what_says_nothing() -> None:
    assert Number.refuses(column_of("x", "DOUBLE", [3.0, 3.0])) == "is constant: always 3.0"
    assert Number.refuses(column_of("x", "DOUBLE", [3.0, None])) is None
    rows = column_of("id", "BIGINT", np.random.default_rng(0).permutation(1_000)[:700])
    assert Number.refuses(rows) == "looks like a row number: 700 different whole numbers, close together"
    prices = column_of("price", "BIGINT", np.random.default_rng(0).permutation(10**6)[:700])
    assert Number.refuses(prices) is None


def test_what_is_written_wrongly_is_told() -> None:
    with pytest.raises(ValidationError, match="Input should be 'standard', 'quantile' or 'none'"):
        Number.model_validate({"column": "x", "transform": "log"})
    with pytest.raises(ValidationError, match="finite number"):
        Number.model_validate({"column": "x", "missing": INF})


def test_whole_numbers_that_repeat_are_names_too() -> None:
    values = [7] * 30 + [9] * 30 + [1545] * 40 + [3] * 4
    encoder = Number(column="n").fit(column_of("n", "BIGINT", values))
    assert [slot.name for slot in encoder.slots] == ["n", "n:value"]
    assert encoder.slots[1].again
    assert encoder.encode(pa.array([7, 9, 1545, 3, None, 8])).slots["n:value"].tolist() == [1, 2, 3, 0, 0, 0]
    assert len(Number(column="n", names=False).fit(column_of("n", "BIGINT", values)).slots) == 1
    assert len(Number(column="n").fit(column_of("n", "DOUBLE", [float(v) for v in values])).slots) == 1
