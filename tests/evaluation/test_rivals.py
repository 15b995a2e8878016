"""The models beside the network: good, the same from run to run, on the same rows and inputs."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from tests.evaluation.drawn import COLUMNS, LAYOUT, TARGETS, drawn, judged
from thalweg.evaluation import linear as linear_module
from thalweg.evaluation.baseline import baseline
from thalweg.evaluation.inputs import indicators, table
from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.evaluation.linear import Columns, linear
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout


def test_missing_numbers_are_nan_again() -> None:
    blocks = drawn(500)
    flags = indicators(LAYOUT, COLUMNS)
    assert flags == {1: 3}  # debt, told by debt:missing
    joined = table(blocks, flags)
    assert joined.dtype == np.float32
    assert (np.isnan(joined[:, 1]) == (blocks.numbers[:, 3] > 0.5)).all()
    assert not np.isnan(joined[:, [0, 2, 3, 4, 5]]).any()
    assert (joined[:, 4:] == blocks.categories).all()


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_both_rivals_learn_and_repeat(kind: str) -> None:
    whole = judged(kind, rows=1000)
    target, y = TARGETS[kind], whole.test.y["late"]
    metric, better = target.monitor
    sign = 1 if better == "higher" else -1
    rng = np.random.default_rng(0)
    blind = target.metrics(y, rng.permutation(whole.test.p["late"]))[metric]
    for train in (baseline, linear):
        one, two = train(whole, "late"), train(whole, "late")
        assert one.test.shape == (200, target.width)
        assert (one.test == two.test).all()
        assert (one.validation == two.validation).all()
        assert sign * (target.metrics(y, one.test)[metric] - blind) > 0
        assert one.facts["rows"] == one.facts["of"] == 600


def test_boosted_trees_use_what_the_linear_model_cannot() -> None:
    whole = judged("number", rows=3000)  # the truth is a sine of debt
    errors = [whole.test.y["late"] - train(whole, "late").test[:, 0] for train in (baseline, linear)]
    assert np.sqrt((errors[0] ** 2).mean()) < 0.95 * np.sqrt((errors[1] ** 2).mean())


def test_adult_as_well_as_published(data: Callable[[str], Path]) -> None:
    """Boosted trees reach an AUC of .928 on all of adult; here on half of its training rows."""
    whole = adult(data("adult/adult.data"))
    y = whole.test.y["income"]
    assert roc_auc_score(y, baseline(whole, "income").test[:, 0]) > 0.92
    assert roc_auc_score(y, linear(whole, "income").test[:, 0]) > 0.895


def adult(path: Path) -> Judged:
    """Adult, encoded by hand: six numbers, eight categories."""
    with path.open() as file:
        rows = [row for row in csv.reader(file, skipinitialspace=True) if row]
    columns = list(zip(*rows, strict=True))
    numeric = [0, 2, 4, 10, 11, 12]
    numbers = np.array([columns[i] for i in numeric], dtype=np.float32).T
    codes = [np.unique(columns[i], return_inverse=True)[1] for i in range(14) if i not in numeric]
    blocks = Blocks((numbers - numbers.mean(0)) / numbers.std(0), np.stack(codes, axis=1).astype(np.int32))
    y = np.array([value == ">50K" for value in columns[14]]).astype(np.int64)

    def part(start: int, end: int) -> Part:
        return Part(np.arange(start, end), blocks.take(np.arange(start, end)), {"income": y[start:end]})

    slots = [Slot(name=str(i), block="numbers") for i in range(6)]
    slots += [Slot(name=f"c{i}", block="categories", cardinality=50) for i in range(8)]
    return Judged(
        targets={"income": TARGETS["binary"]},
        layout=Layout(slots=tuple(slots)),
        columns={},
        training=part(0, 16_000),
        validation=part(16_000, 22_000),
        test=part(22_000, len(y)),
        slices=pa.table({}),
        predict=lambda blocks: {},
    )


def test_the_linear_model_learns_from_a_spread_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_module, "ROWS", 500)
    whole = judged("binary", rows=2000)
    facts = linear(
        dataclasses.replace(whole, training=dataclasses.replace(whole.training, total=77_000)), "late"
    ).facts
    assert (facts["rows"], facts["of"], facts["converged"]) == (500, 77_000, True)
    assert facts["columns"] == 4 + 4 + 9  # numbers, cities, the other category


def test_a_linear_model_that_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_module, "STEPS", 1)
    assert linear(judged("binary", rows=500), "late").facts["converged"] is False


def test_a_category_unknown_to_the_linear_model_is_all_zeros() -> None:
    learnt = Columns.fit(
        Blocks(np.zeros((4, 0), np.float32), np.array([[1], [1], [3], [3]], np.int32)), Layout(slots=())
    )
    found = learnt.apply(Blocks(np.zeros((3, 0), np.float32), np.array([[3], [2], [9]], np.int32)))
    assert found.toarray().tolist() == [[0, 1], [0, 0], [0, 0]]


def test_a_constant_number_does_not_divide_by_zero() -> None:
    learnt = Columns.fit(Blocks(np.full((5, 1), 7, np.float32), np.zeros((5, 0), np.int32)), Layout(slots=()))
    assert learnt.apply(
        Blocks(np.full((2, 1), 7, np.float32), np.zeros((2, 0), np.int32))
    ).toarray().tolist() == [[0], [0]]
