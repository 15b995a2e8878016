"""What was taken for what."""

from __future__ import annotations

import numpy as np
from sklearn import metrics as sklearn

from thalweg.evaluation.confusion import CLASSES, OTHER, confusion


def test_counts_and_metrics_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    y, said = rng.integers(0, 4, 500), rng.integers(0, 4, 500)
    found = confusion(y, said, ("a", "b", "c", "d"))
    assert found["matrix"] == sklearn.confusion_matrix(y, said).tolist()
    precision, recall, f1, rows = sklearn.precision_recall_fscore_support(y, said)
    for each in found["classes"]:
        k = "abcd".index(each["label"])
        assert (each["precision"], each["recall"], each["rows"]) == (precision[k], recall[k], rows[k])
        assert abs(each["f1"] - f1[k]) < 1e-12
    recalls = [each["recall"] for each in found["classes"]]
    assert recalls == sorted(recalls)


def test_the_commonest_mistakes_come_first() -> None:
    y, said = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 1, 2, 2])
    pairs = confusion(y, said, ("a", "b", "c"))["pairs"]
    assert pairs == [{"truth": "a", "predicted": "b", "rows": 2}, {"truth": "b", "predicted": "c", "rows": 1}]


def test_two_classes_need_no_list_of_mistakes() -> None:
    assert confusion(np.array([0, 1]), np.array([1, 0]), ("no", "yes"))["pairs"] == []


def test_many_classes_are_put_together_without_a_matrix_of_all() -> None:
    rng = np.random.default_rng(0)
    y = rng.zipf(1.3, 20_000) % 50_000  # a matrix of them all would take 20 GB
    found = confusion(y, y, tuple(map(str, range(50_000))))
    assert len(found["labels"]) == CLASSES
    assert found["labels"][-1] == OTHER
    assert found["left_out"] == 50_000 - CLASSES + 1
    assert sum(map(sum, found["matrix"])) == 20_000
    assert len(found["classes"]) == CLASSES
