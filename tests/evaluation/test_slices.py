"""Metrics by the values of a column."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.evaluation.drawn import TARGETS
from thalweg.evaluation.intervals import resample
from thalweg.evaluation.slices import BINS, divide, slices

BINARY = TARGETS["binary"]


def cut(column: Any, y: np.ndarray, p: np.ndarray, **rivals: np.ndarray) -> dict[str, Any]:
    whole = resample(BINARY, y, {"network": p}, 100, 0).interval("network", "roc_auc")
    values = pa.chunked_array([pa.array(column)])
    return slices("column", values, BINARY, y, {"network": p, **rivals}, 200, 0, whole)


def drawn(rows: int, bad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Truths and scores that are worth nothing where `bad`."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, rows)
    return y, np.where(bad, rng.random(rows), 0.7 * y + 0.5 * rng.random(rows)).clip(0, 1)[:, None]


def test_the_worst_slice_comes_first_and_is_marked() -> None:
    names = np.tile(["good", "bad", "fair"], 400)
    y, p = drawn(1200, names == "bad")
    found = cut(names, y, p, rival=1 - p)
    assert found["slices"][0]["slice"] == "bad"
    assert [each["worse"] for each in found["slices"]] == [True, False, False]
    worst = found["slices"][0]
    assert worst["rows"] == 400
    assert worst["value"] == BINARY.metrics(y[names == "bad"], p[names == "bad"])["roc_auc"]
    assert worst["low"] < worst["value"] < worst["high"]
    assert worst["rivals"] == {"rival": pytest.approx(1 - worst["value"])}


def test_small_slices_are_judged_together() -> None:
    names = np.array(["large"] * 300 + [f"small {n}" for n in range(40) for _ in range(4)])
    y, p = drawn(len(names), names == "large")
    found = {each["slice"]: each["rows"] for each in cut(names, y, p)["slices"]}
    assert found == {"large": 300, "(40 smaller values)": 160}


def test_a_slice_of_one_class_has_no_metric_and_comes_last() -> None:
    names = np.repeat(["one class", "both"], 100)
    y, p = drawn(200, np.zeros(200, dtype=bool))
    y[:100] = 1
    last = cut(names, y, p)["slices"][-1]
    assert (last["slice"], last["value"], last["worse"]) == ("one class", None, False)


def test_missing_values_are_a_slice() -> None:
    y, p = drawn(200, np.zeros(200, dtype=bool))
    found = cut([None if n % 2 else "x" for n in range(200)], y, p)
    assert {each["slice"]: each["rows"] for each in found["slices"]} == {"(missing)": 100, "x": 100}


def test_numbers_with_few_values_are_sliced_by_value_others_by_quantiles() -> None:
    few = divide(pa.chunked_array([pa.array([3, 1, 2, None], pa.int32())]))
    assert [few.names[i] for i in few.place] == ["3", "1", "2", "(missing)"]
    many = divide(pa.chunked_array([pa.array([*map(float, range(80)), None])]))
    rows = np.bincount(many.place)
    assert rows.tolist() == [10] * BINS + [1]
    assert many.names[0] == "below 10"
    assert many.names[BINS - 1] == "from 70"


@pytest.mark.parametrize("unit", ["s", "us"])
def test_times_are_cut_into_quantiles(unit: str) -> None:
    start = datetime(2013, 1, 1)
    hours = [start + timedelta(hours=n) for n in range(160)]
    found = divide(pa.chunked_array([pa.array(hours, pa.timestamp(unit))]))
    assert np.bincount(found.place).tolist() == [20] * BINS
    assert found.names[1] == "2013-01-01 20:00 to 2013-01-02 16:00"
    days = divide(pa.chunked_array([pa.array([(start + timedelta(days=n)).date() for n in range(80)])]))
    assert days.names[0] == "below 2013-01-11"


def test_booleans_and_long_text() -> None:
    y, p = drawn(200, np.zeros(200, dtype=bool))
    assert {each["slice"] for each in cut([n % 2 == 0 for n in range(200)], y, p)["slices"]} == {
        "true",
        "false",
    }
    assert len(cut(["x" * 500] * 200, y, p)["slices"][0]["slice"]) == 60
