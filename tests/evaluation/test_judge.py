"""One output judged beside its rivals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.evaluation.drawn import judged
from thalweg.core.progress import Silent
from thalweg.evaluation.intervals import Interval
from thalweg.evaluation.judge import judge, verdict
from thalweg.evaluation.report import in_json
from thalweg.evaluation.settings import Evaluate


def judge_it(kind: str, **settings: Any) -> dict[str, Any]:
    return judge(
        "late", judged(kind, rows=1500), Evaluate.model_validate({"resamples": 40, **settings}), Silent()
    )


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_a_network_that_knows_the_truth_is_better_than_its_rivals(kind: str) -> None:
    found = judge_it(kind)
    metric = found["monitor"]["metric"]
    assert list(found["models"]) == ["network", "lightgbm", "linear"]
    assert {rival: each[metric]["verdict"] for rival, each in found["differences"].items()} == {
        "lightgbm": "better",
        "linear": "better",
    }
    own = found["models"]["network"]
    target, whole = judged(kind, rows=1500).targets["late"], judged(kind, rows=1500)
    assert own["test"][metric]["value"] == target.metrics(whole.test.y["late"], whole.test.p["late"])[metric]
    assert own["validation"] == pytest.approx(
        target.metrics(whole.validation.y["late"], whole.validation.p["late"]), nan_ok=True
    )
    assert found["rows"] == {"judged": 300, "test": 300, "validation": 300}
    assert [cut["column"] for cut in found["slices"]] == ["city", "age"]
    json.dumps(in_json(found), allow_nan=False)


def test_rivals_are_left_out_where_they_are_not_wanted() -> None:
    found = judge_it("binary", baseline=False, linear=False)
    assert list(found["models"]) == ["network"]
    assert found["differences"] == {}


def test_pictures_suit_the_question() -> None:
    assert set(judge_it("number", baseline=False, linear=False)["pictures"]) == {"residuals"}
    found = judge_it("category", baseline=False, linear=False)["pictures"]
    assert set(found["curves"]) == {"a", "b", "<c>"}
    assert found["confusion"]["labels"] == ["a", "b", "<c>"]
    found = judge_it("binary", linear=False)["pictures"]
    assert set(found["curves"]) == set(found["calibration"]) == {"network", "lightgbm"}
    assert np.sum(found["confusion"]["matrix"]) == 300


@pytest.mark.parametrize(
    ("low", "high", "better", "expected"),
    [
        (0.01, 0.02, "higher", "better"),
        (0.01, 0.02, "lower", "worse"),
        (-0.02, -0.01, "higher", "worse"),
        (-0.02, -0.01, "lower", "better"),
        (-0.01, 0.02, "higher", "no clear difference"),
        (0.0, 0.02, "higher", "no clear difference"),
        (None, None, "higher", None),
        (0.01, 0.02, None, None),
    ],
)
def test_a_verdict_never_says_more_than_the_interval(low: Any, high: Any, better: Any, expected: Any) -> None:
    assert verdict(Interval(0.0, low, high), better) == expected
