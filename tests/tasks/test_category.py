from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import torch
from sklearn import metrics as sklearn

from thalweg.core.errors import DataError
from thalweg.tasks.category import Category, CategoryTarget

TARGET = CategoryTarget(column="y", type="VARCHAR", classes=tuple("abcdefgh"))


def random_case(rows: int = 400, classes: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(2)
    y = random.integers(0, classes - 1, rows)  # the last class never comes
    z = random.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[y]
    return y, np.exp(z) / np.exp(z).sum(1, keepdims=True), random.poisson(1.0, rows).astype(np.float64)


def test_classes_are_the_values_in_sorted_order(column):
    target = Category().fit(column(["b", "c", "a", "b", None], "VARCHAR"))
    assert target.classes == ("a", "b", "c")
    y, unknown = target.encode(pa.array(["c", "z", None, "a"]))
    assert y.tolist() == [2, 0, 0, 0]
    assert unknown.tolist() == [False, True, True, False]


def test_too_many_classes_are_refused(column):
    with pytest.raises(
        DataError, match=r"at most 5 values in the target 'y' of a category task, found 40"
    ) as error:
        Category(most=5).fit(column(list(range(40)), "INTEGER"))
    assert "looks like an identifier or a number" in str(error.value)
    assert "did you mean 'number'?" in str(error.value)
    assert "raise `most`" in str(error.value)


def test_dates_are_no_classes(column):
    with pytest.raises(DataError, match=r"expected text, numbers or booleans in the target 'y'.*found DATE"):
        Category().fit(column([1, 2], "DATE"))


def test_a_prediction_reads_as_label_probability_and_all_probabilities():
    target = CategoryTarget(column="y", type="SMALLINT", classes=(3, 5, 9))
    decoded = target.decode(np.array([[0.2, 0.7, 0.1], [0.5, 0.1, 0.4]]))
    assert decoded["y"].to_pylist() == [5, 3]
    assert decoded["y"].type == pa.int16()
    assert decoded["y_probability"].to_pylist() == [0.7, 0.5]
    assert decoded["y_probabilities"][0].as_py() == {"3": 0.2, "5": 0.7, "9": 0.1}


@pytest.mark.parametrize("weight", [None, "counts"])
def test_metrics_are_those_of_scikit_learn(weight):
    y, p, counts = random_case()
    w = None if weight is None else counts
    found, said = TARGET.metrics(y, p, w), p.argmax(1)
    top5 = sklearn.top_k_accuracy_score(y, p, k=5, labels=range(8), sample_weight=w)
    assert found["accuracy"] == pytest.approx(sklearn.accuracy_score(y, said, sample_weight=w))
    assert found["macro_f1"] == pytest.approx(sklearn.f1_score(y, said, average="macro", sample_weight=w))
    assert found["log_loss"] == pytest.approx(sklearn.log_loss(y, p, labels=range(8), sample_weight=w))
    assert found["top5_accuracy"] == pytest.approx(top5)


def test_few_classes_have_no_top5():
    assert "top5_accuracy" not in CategoryTarget(column="y", type="VARCHAR", classes=("a", "b")).metrics(
        np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]])
    )


def test_losses_by_hand():
    z, y = torch.tensor([[[0.7, 0.1, -0.4]], [[-1.2, 0.3, 0.8]]]), torch.tensor([0, 2])
    three = CategoryTarget(column="y", type="VARCHAR", classes=tuple("abc"))
    log_p = z.squeeze(1).log_softmax(-1)
    right = log_p[torch.arange(2), y]

    def loss(**fields):
        return three.model_copy(update=fields).loss(z, y)

    torch.testing.assert_close(loss(), -right.mean())
    torch.testing.assert_close(loss(focal=2.0), (-((1 - right.exp()) ** 2) * right).mean())
    torch.testing.assert_close(loss(weights=(2.0, 1.0, 0.5)), (-torch.tensor([2.0, 0.5]) * right).mean())
    torch.testing.assert_close(loss(label_smoothing=0.3), -(0.7 * right + 0.3 * log_p.mean(1)).mean())


def test_temperature_mends_probabilities_and_keeps_decisions():
    random = np.random.default_rng(0)
    truth = random.normal(size=(20_000, 4)) * 1.5
    p = np.exp(truth) / np.exp(truth).sum(1, keepdims=True)
    y = (p.cumsum(1) > random.random((20_000, 1))).argmax(1)
    four = CategoryTarget(column="y", type="VARCHAR", classes=tuple("abcd"))
    logits = torch.from_numpy(2.5 * truth).float()[:, None, :]
    target = four.calibrate(logits, y)
    assert target.temperature == pytest.approx(2.5, abs=0.1)
    before, after = (t.metrics(y, t.predict(logits)) for t in (four, target))
    assert after["ece"] < 0.02 < 0.05 < before["ece"]
    assert after["accuracy"] == before["accuracy"]
    np.testing.assert_allclose(target.predict(logits).sum(1), 1, rtol=1e-12)


@pytest.mark.parametrize(
    ("watch", "better"), [("log_loss", "lower"), ("accuracy", "higher"), ("macro_f1", "higher")]
)
def test_the_monitor_may_be_chosen(column, watch, better):
    assert Category(monitor=watch).fit(column(list("abab"), "VARCHAR")).monitor == (watch, better)
