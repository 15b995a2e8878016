"""What was learnt, in sentences that say no more than is known."""

from __future__ import annotations

from typing import Any

import pytest

from thalweg.evaluation.summary import answer, comparison, sentences


def judged(verdict: str | None, value: float, slices: Any = ()) -> dict[str, Any]:
    """An output as `judge` gives it, cut down to what is told of it."""

    def auc(value: float, **more: Any) -> dict[str, Any]:
        return {"roc_auc": {"value": value, "low": value - 0.004, "high": value + 0.004, **more}}

    return {
        "monitor": {"metric": "roc_auc", "better": "higher"},
        "rows": {"judged": 1000, "test": 1000},
        "models": {"network": {"test": auc(0.771)}, "lightgbm": {"test": auc(0.771 - value)}},
        "differences": {"lightgbm": auc(value, verdict=verdict)},
        "slices": list(slices),
    }


@pytest.mark.parametrize(
    ("verdict", "value", "told"),
    [
        (
            "better",
            0.012,
            "It is better than boosted trees (LightGBM) on the same rows and inputs (ROC AUC 0.759) by +0.012",
        ),
        (
            "worse",
            -0.012,
            "It does not beat boosted trees (LightGBM) on the same rows and inputs (ROC AUC 0.783)",
        ),
        ("no clear difference", 0.001, "There is no clear difference from boosted trees (LightGBM)"),
        (None, 0.001, "It can't be told whether it is better than boosted trees (LightGBM)"),
    ],
)
def test_a_comparison_says_what_the_interval_allows(verdict: str | None, value: float, told: str) -> None:
    assert comparison("lightgbm", judged(verdict, value)).startswith(told)


def test_the_answer_is_one_sentence() -> None:
    assert answer("late", judged("better", 0.012)) == (
        "late: the network reaches ROC AUC 0.771 [0.767, 0.775] on 1,000 test rows: better than boosted trees "
        "(LightGBM) on the same rows and inputs, by +0.012 [+0.008, +0.016]."
    )
    assert "does not beat" in answer("late", judged("worse", -0.012))
    assert answer("late", {**judged(None, 0.0), "differences": {}}).endswith("on 1,000 test rows.")


def test_inputs_slices_and_rows_are_told() -> None:
    worse = {"slice": "UA", "rows": 90, "value": 0.6, "low": 0.5, "high": 0.7, "worse": True}
    fair = {**worse, "slice": "B6", "value": 0.55, "worse": False}
    ranked = [
        {"column": name, "loss": 0.1, "low": low, "high": 0.2}
        for name, low in (("hour", 0.1), ("wind", -0.1))
    ]
    told = sentences(
        {
            "outputs": {"late": judged("better", 0.012, [{"column": "carrier", "slices": [fair, worse]}])},
            "importance": {"outputs": {"late": ranked}},
            "rows": {"totals": {"in": 1000, "quarantined": 5}},
            "leakage": {"duplicates": {"share": 0.2, "duplicates": 200, "rows": 1000}},
        }
    )
    assert told[2:] == [
        "It goes most by hour.",
        "It is worst where carrier is UA: ROC AUC 0.600 [0.500, 0.700] on 90 rows.",
        "5 of 1,000 rows read (0.5%) are in quarantine.",
        "Take care: 20.0% of the test rows have inputs that were seen in training.",
    ]


def test_what_is_not_so_is_told_too() -> None:
    even = [{"column": "carrier", "slices": []}]
    told = sentences(
        {
            "outputs": {"late": judged("better", 0.012, even)},
            "importance": {"outputs": {"late": [{"column": "hour", "loss": 0, "low": 0, "high": 0}]}},
            "rows": {"totals": {"in": 1000, "quarantined": 0}},
        }
    )
    assert told[2:] == [
        "No single input matters: shuffling any one of them changes nothing.",
        "No slice is clearly worse than the whole.",
        "Of 1,000 rows read, none had to be quarantined.",
    ]
