"""What an output is, and which way its metrics are better."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.drawn import TARGETS
from thalweg.evaluation.outcome import directions, labels


@pytest.mark.parametrize(
    ("kind", "shape", "named"),
    [
        ("binary", "two classes", ("false", "true")),
        ("category", "classes", ("a", "b", "<c>")),
        ("number", "value", None),
    ],
)
def test_the_target_tells_what_it_is(kind: str, shape: str, named: tuple[str, ...] | None) -> None:
    assert TARGETS[kind].outcome == shape
    assert labels(TARGETS[kind]) == named


def test_directions_are_found_without_knowing_the_metrics() -> None:
    found = directions(TARGETS["binary"], np.array([0, 1, 1]))
    assert {name for name, better in found.items() if better == "lower"} == {"log_loss", "brier", "ece"}
    assert {name for name, better in found.items() if better == "higher"} == {
        "roc_auc",
        "pr_auc",
        "accuracy",
        "f1",
    }
    assert found["positive_rate"] is None  # a fact of the rows, which no prediction changes


def test_directions_of_several_classes_and_of_values() -> None:
    assert directions(TARGETS["category"], np.array([0, 1, 2]))["log_loss"] == "lower"
    found = directions(TARGETS["number"], np.array([1.0, 2.0, 5.0], dtype=np.float32))
    assert found == {"rmse": "lower", "mae": "lower", "mape": "lower", "r2": "higher"}
