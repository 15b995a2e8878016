"""How numbers read."""

from __future__ import annotations

import pytest

from thalweg.evaluation.wording import (
    count,
    decimal,
    duration,
    interval,
    listed,
    metric,
    plural,
    sentence,
    share,
    size,
)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.8804, "0.880"),
        (-0.0123, "−0.012"),
        (0.0, "0.000"),
        (0.0001, "0.0001"),
        (-0.0000123, "−1.23e−5"),
        (12.345, "12.35"),
        (1234.5, "1,234"),
        (2.5e7, "2.50e7"),
        (None, "–"),
    ],
)
def test_decimals(value: float | None, told: str) -> None:
    assert decimal(value) == told


def test_signs_and_intervals() -> None:
    assert interval({"value": 0.012, "low": -0.008, "high": 0.016}, signed=True) == "+0.012 [−0.008, +0.016]"
    assert interval({"value": 0.5, "low": None, "high": None}) == "0.500"


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (1, 1_000_000, "<0.1%"),
        (0, 5, "0%"),
        (5, 5, "100%"),
        (999_999, 1_000_000, ">99.9%"),
        (1, 8, "12.5%"),
        (1, 0, "–"),
    ],
)
def test_a_share_does_not_round_something_to_nothing(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


def test_other_words() -> None:
    assert [metric(name) for name in ("roc_auc", "r2", "log_loss", "macro_f1")] == [
        "ROC AUC",
        "R²",
        "log loss",
        "macro F1",
    ]
    assert [plural(n, "row") for n in (0, 1, 12_345)] == ["0 rows", "1 row", "12,345 rows"]
    assert plural(2, "entry", "entries") == "2 entries"
    assert [duration(s) for s in (1.25, 75, 3_725, None)] == ["1.2 s", "1 min 15 s", "1 h 2 min", "–"]
    assert [size(n) for n in (12, 1_500, 2.5e9, 3e15)] == ["12 B", "1.5 kB", "2.5 GB", "3000 TB"]
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert count(None) == "–"
    assert [sentence(words) for words in ("", "by time", "All done.")] == ["", "By time.", "All done."]
