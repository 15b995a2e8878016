"""Data that leaves little to judge by: told, not hidden, and no crash."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.drawn import LAYOUT, judged
from thalweg.core.progress import Silent
from thalweg.evaluation.baseline import baseline
from thalweg.evaluation.judged import Blocks, Part
from thalweg.evaluation.linear import linear
from thalweg.evaluation.run import evaluate
from thalweg.evaluation.settings import Evaluate

QUICK = Evaluate.model_validate({"resamples": 20, "importance": {"rows": 50, "repeats": 2}})


def test_test_rows_of_one_class(tmp_path: Path) -> None:
    whole = judged("binary", rows=300)
    parts = {
        name: dataclasses.replace(part, y={"late": np.zeros(60, dtype=np.int64)})
        for name, part in (("validation", whole.validation), ("test", whole.test))
    }
    report = evaluate(QUICK, dataclasses.replace(whole, **parts), {}, tmp_path, Silent())
    assert report["sentences"][0] == (
        "late: ROC AUC is not defined on the 60 test rows, such as where they are of one class."
    )
    assert report["sentences"][1].startswith("It can't be told whether it is better than boosted trees")
    assert report["outputs"]["late"]["models"]["network"]["test"]["brier"]["low"] is not None
    assert "nan" not in (tmp_path / "index.html").read_text(encoding="utf-8").lower().replace(
        "provenance", ""
    )


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_a_handful_of_rows(kind: str, tmp_path: Path) -> None:
    report = evaluate(QUICK, judged(kind, rows=30), {}, tmp_path, Silent())
    assert report["outputs"]["late"]["rows"]["judged"] == 6
    assert report["outputs"]["late"]["slices"][0]["slices"][0]["rows"] == 6  # all put together
    assert (tmp_path / "index.html").exists()


@pytest.mark.parametrize("block", ["numbers", "categories"])
def test_inputs_of_one_block(block: str) -> None:
    whole = judged(rows=300)

    def cut(part: Part) -> Part:
        numbers, categories, _ = part.blocks
        kept = (numbers, categories[:, :0]) if block == "numbers" else (numbers[:, :0], categories)
        return dataclasses.replace(part, blocks=Blocks(*kept))

    parts = {name: cut(getattr(whole, name)) for name in ("training", "validation", "test")}
    layout = type(LAYOUT)(slots=LAYOUT.of(block))  # type: ignore[arg-type]
    whole = dataclasses.replace(whole, layout=layout, **parts)
    for train in (baseline, linear):
        assert np.isfinite(train(whole, "late").test).all()


def test_fewer_rows_than_there_are_is_told(tmp_path: Path) -> None:
    whole = judged(rows=300)
    whole = dataclasses.replace(
        whole,
        training=dataclasses.replace(whole.training, total=9_000_000),
        test=dataclasses.replace(whole.test, total=3_000_000),
    )
    evaluate(QUICK, whole, {}, tmp_path, Silent())
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Judged on 60 of 3,000,000 test rows." in page
    assert "boosted trees (LightGBM): 180 training rows of 9,000,000" in page
