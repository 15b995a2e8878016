from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
import torch
from sklearn import metrics as sklearn

from thalweg.core.errors import DataError
from thalweg.tasks.number import Number, NumberTarget

TARGET = NumberTarget(column="y", type="DOUBLE", mean=10.0, scale=4.0)


def test_the_scale_is_that_of_the_training_rows(column):
    target = Number().fit(column([2, 4, None, 6], "INTEGER"))
    assert (target.mean, target.scale) == (4.0, pytest.approx(np.std([2, 4, 6])))


def test_decimals_are_numbers(column):
    target = Number().fit(column([Decimal("1.50"), Decimal("2.50")], "DECIMAL(10,2)"))
    assert target.mean == 2.0
    assert target.encode(pa.array([Decimal("7.25")]))[0].tolist() == [7.25]


def test_predictions_are_in_the_unit_of_the_column():
    logits = torch.tensor([[[0.5], [1.5]], [[-1.0], [-1.0]]])
    assert TARGET.predict(logits).tolist() == [[14.0], [6.0]]
    assert TARGET.decode(np.array([[14.0]]))["y"].to_pylist() == [14.0]


@pytest.mark.parametrize(
    ("error", "value"), [("mse", (0.25 + 4) / 2), ("mae", (0.5 + 2) / 2), ("huber", (0.125 + 1.5) / 2)]
)
def test_losses_by_hand(error, value):
    target = TARGET.model_copy(update={"error": error})
    y = torch.tensor([10.0, 14.0])  # 0 and 1 standardised
    assert target.loss(torch.tensor([[[0.5]], [[-1.0]]]), y).item() == pytest.approx(value)


def test_the_logarithm_is_undone(column):
    values = [0.0, 9.0, 99.0, 999.0, 9999.0]
    target = Number(log=True).fit(column(values, "DOUBLE"))
    assert target.mean == pytest.approx(np.log1p(values).mean())
    z = (np.log1p(values) - target.mean) / target.scale
    logits = torch.from_numpy(z).float()[:, None, None]
    np.testing.assert_allclose(target.predict(logits)[:, 0], values, rtol=1e-5, atol=1e-5)
    _, unknown = target.encode(pa.array([5.0, -1.0, -7.0]))
    assert unknown.tolist() == [False, True, True]
    assert target.loss(logits, torch.tensor(values)).item() == pytest.approx(0, abs=1e-10)


def test_a_logarithm_needs_values_above_minus_one(column):
    with pytest.raises(DataError, match=r"values above -1 in the target 'y'.*found -3") as error:
        Number(log=True).fit(column([-3.0, 1.0, 2.0], "DOUBLE"))
    assert "log: true" in str(error.value)


def test_values_that_are_not_finite_are_marked(column):
    target = Number().fit(column([1.0, 2.0, float("inf")], "DOUBLE"))
    assert target.mean == 1.5
    assert target.encode(pa.array([1.0, float("inf"), float("nan"), None]))[1].tolist() == [
        False,
        True,
        True,
        True,
    ]


def test_text_is_no_number(column):
    with pytest.raises(
        DataError, match=r"expected numbers in the target 'y' of a number task, found VARCHAR"
    ) as e:
        Number().fit(column(["a", "b"] * 4, "VARCHAR"))
    assert "did you mean 'binary'?" in str(e.value)


def test_values_too_fine_for_32_bits_are_refused(column):
    with pytest.raises(DataError, match=r"too fine to be told apart in 32 bits") as error:
        Number().fit(column([1_700_000_000 + i for i in range(20)], "BIGINT"))
    assert "y - 1700000010" in str(error.value)


def test_no_finite_spread_is_refused(column):
    with pytest.raises(DataError, match=r"2 different finite values in the target 'y', found 1"):
        Number().fit(column([1.0, float("inf")], "DOUBLE"))


@pytest.mark.parametrize("weight", [None, "counts"])
def test_metrics_are_those_of_scikit_learn(weight):
    random = np.random.default_rng(0)
    y = random.normal(50, 10, 300).astype(np.float32)
    p = (y + random.normal(0, 3, 300))[:, None]
    w = None if weight is None else random.poisson(1.0, 300).astype(np.float64)
    y64 = y.astype(np.float64)
    assert TARGET.metrics(y, p, w) == pytest.approx(
        {
            "rmse": sklearn.root_mean_squared_error(y64, p[:, 0], sample_weight=w),
            "mae": sklearn.mean_absolute_error(y64, p[:, 0], sample_weight=w),
            "r2": sklearn.r2_score(y64, p[:, 0], sample_weight=w),
            "mape": sklearn.mean_absolute_percentage_error(y64, p[:, 0], sample_weight=w),
        },
        rel=1e-12,
    )


def test_metrics_that_are_not_defined_are_nan():
    found = TARGET.metrics(np.array([0.0, 0.0], np.float32), np.array([[1.0], [2.0]]))
    assert np.isnan([found["mape"], found["r2"]]).all()
    assert found["mae"] == 1.5


@pytest.mark.parametrize(("error", "metric"), [("mse", "rmse"), ("huber", "rmse"), ("mae", "mae")])
def test_the_monitor_goes_with_the_loss(error, metric):
    assert TARGET.model_copy(update={"error": error}).monitor == (metric, "lower")
