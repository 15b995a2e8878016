from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import torch
from sklearn import metrics as sklearn

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.tasks.binary import Binary, BinaryTarget
from thalweg.tasks.task import Task

TARGET = BinaryTarget(column="late", type="BOOLEAN", classes=(False, True))


def random_case(rows: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    y = (random.random(rows) < 0.3).astype(np.int64)
    p = 1 / (1 + np.exp(-(random.normal(size=rows) + 1.5 * y - 1)))
    return y, p, random.poisson(1.0, rows).astype(np.float64)


@pytest.mark.parametrize(
    ("values", "sql_type", "classes"),
    [
        ([True, False, False], "BOOLEAN", (False, True)),
        (["<=50K", ">50K", "<=50K"], "VARCHAR", ("<=50K", ">50K")),
        ([2, 1, 1], "BIGINT", (1, 2)),
        ([1.0, 0.0, 0.0], "DOUBLE", (0.0, 1.0)),
    ],
)
def test_classes_are_the_two_values_the_positive_last(column, values, sql_type, classes):
    target = Binary().fit(column(values, sql_type))
    assert target.classes == classes
    assert [type(value) for value in target.classes] == [type(value) for value in values[:2]]


def test_the_positive_value_may_be_chosen(column):
    task = parse(Task, {"binary": "good"})
    target = task.fit(column(["good", "poor", "good"], "VARCHAR"))
    assert target.classes == ("poor", "good")
    assert target.encode(pa.array(["good", "poor"]))[0].tolist() == [1, 0]


def test_an_unknown_positive_value_is_refused(column):
    with pytest.raises(
        ComponentError, match=r"one of the two values of column 'y', 'no' or 'yes', received 'yse'"
    ):
        Binary(positive="yse").fit(column(["yes", "no"], "VARCHAR"))


def test_three_values_are_no_binary(column):
    with pytest.raises(
        DataError, match=r"exactly 2 values in the target 'y' of a binary task, found 3"
    ) as error:
        Binary().fit(column(["a", "b", "c"] * 9, "VARCHAR"))
    assert "did you mean 'category'?" in str(error.value)
    assert "{y: category}" in str(error.value)


def test_many_numbers_are_no_binary(column):
    with pytest.raises(DataError, match=r"did you mean 'number'\?"):
        Binary().fit(column([0.5 * i for i in range(40)], "DOUBLE"))


def test_a_dictionary_and_another_width_are_read_alike():
    text = BinaryTarget(column="y", type="VARCHAR", classes=("no", "yes"))
    assert text.encode(pa.array(["yes", "no", "?", None]).dictionary_encode())[0].tolist() == [1, 0, 0, 0]
    assert text.encode(pa.array(["yes", "?", None]).dictionary_encode())[1].tolist() == [False, True, True]
    whole = BinaryTarget(column="y", type="TINYINT", classes=(0, 1))
    assert whole.encode(pa.array([1, 0], pa.int64()))[0].tolist() == [1, 0]
    with pytest.raises(DataError, match=r"type VARCHAR in column 'y', as in training, found int64"):
        text.encode(pa.array([1, 0]))


def test_labels_come_back_in_their_type():
    decoded = BinaryTarget(column="y", type="TINYINT", classes=(1, 2)).decode(np.array([[0.2], [0.5]]))
    assert decoded["y"].type == pa.int8()
    assert decoded["y"].to_pylist() == [1, 2]
    assert decoded["y_probability"].to_pylist() == [0.2, 0.5]


@pytest.mark.parametrize("weight", [None, "counts"])
def test_metrics_are_those_of_scikit_learn(weight):
    y, p, counts = random_case()
    w = None if weight is None else counts
    found, said = TARGET.metrics(y, p[:, None], w), p >= 0.5
    expected = {
        "roc_auc": sklearn.roc_auc_score(y, p, sample_weight=w),
        "pr_auc": sklearn.average_precision_score(y, p, sample_weight=w),
        "accuracy": sklearn.accuracy_score(y, said, sample_weight=w),
        "f1": sklearn.f1_score(y, said, sample_weight=w),
        "log_loss": sklearn.log_loss(y, p, sample_weight=w),
        "brier": sklearn.brier_score_loss(y, p, sample_weight=w),
        "positive_rate": np.average(y, weights=w),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-12)


def test_calibration_error_of_a_known_case():
    y, p = np.array([1, 0, 0, 0]), np.array([[0.9], [0.9], [0.1], [0.1]])
    assert TARGET.metrics(y, p)["ece"] == pytest.approx((abs(1.8 - 1) + abs(0.2 - 0)) / 4)


def test_one_class_leaves_ranking_undefined():
    found = TARGET.metrics(np.zeros(3, np.int64), np.full((3, 1), 0.2))
    assert np.isnan([found["roc_auc"], found["pr_auc"]]).all()
    assert found["accuracy"] == 1
    assert found["positive_rate"] == 0


def test_balanced_weights_give_both_classes_the_same_sum(column):
    target = Binary(weights="balanced").fit(column([True] + [False] * 4, "BOOLEAN"))
    assert target.weights == pytest.approx((0.625, 2.5))
    named = Binary(weights={"yes": 3}).fit(column(["yes", "no"], "VARCHAR"))
    assert named.weights == pytest.approx((0.5, 1.5))


def test_weights_name_values_that_exist(column):
    with pytest.raises(ComponentError, match=r"weights: column 'y' has no value 'maybe'"):
        Binary(weights={"maybe": 2}).fit(column(["yes", "no"], "VARCHAR"))


def test_weights_survive_the_resolved_file(column):
    task = Binary(weights={True: 3.0})
    again = parse(Task, task.written())
    made = column([True, False], "BOOLEAN")
    assert again.fit(made) == task.fit(made)


def test_losses_by_hand():
    z, y = torch.tensor([[[0.7]], [[-1.2]]]), torch.tensor([1, 0])
    p = torch.sigmoid(z.flatten())
    right = torch.stack([p[0], 1 - p[1]])

    def loss(**fields):
        return TARGET.model_copy(update=fields).loss(z, y)

    torch.testing.assert_close(loss(), -right.log().mean())
    torch.testing.assert_close(loss(focal=2.0), (-((1 - right) ** 2) * right.log()).mean())
    torch.testing.assert_close(loss(weights=(0.5, 2.0)), (-torch.tensor([2.0, 0.5]) * right.log()).mean())
    smooth = -(0.9 * right.log() + 0.1 * (1 - right).log())
    torch.testing.assert_close(loss(label_smoothing=0.2), smooth.mean())


def test_calibration_mends_probabilities_and_keeps_ranks():
    random = np.random.default_rng(0)
    truth = random.normal(size=20_000) - 1
    y = (random.random(20_000) < 1 / (1 + np.exp(-truth))).astype(np.int64)
    logits = torch.from_numpy(3 * truth + 2).float()[:, None, None]  # overconfident and shifted
    target = TARGET.calibrate(logits, y)
    assert target.slope == pytest.approx(1 / 3, abs=0.02)
    assert target.intercept == pytest.approx(-2 / 3, abs=0.06)
    before, after = (t.metrics(y, t.predict(logits)) for t in (TARGET, target))
    assert after["ece"] < 0.02 < 0.1 < before["ece"]
    assert after["log_loss"] < before["log_loss"]
    assert after["roc_auc"] == before["roc_auc"]
    assert after["pr_auc"] == before["pr_auc"]


def test_calibration_needs_both_classes_and_keeps_order_of_bad_models():
    logits = torch.randn(50, 1, 1, generator=torch.Generator().manual_seed(0))
    assert TARGET.calibrate(logits, np.zeros(50, np.int64)) == TARGET
    upside_down = (logits.flatten() < 0).numpy().astype(np.int64)
    assert TARGET.calibrate(logits, upside_down).slope > 0
