"""Permutation importance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.evaluation.drawn import EVIL, judged
from thalweg.core.progress import Silent
from thalweg.evaluation.importance import importance
from thalweg.evaluation.judged import Blocks
from thalweg.evaluation.settings import Importance


@pytest.mark.parametrize("kind", ["binary", "number"])  # better when higher, better when lower
def test_columns_rank_by_what_they_are_worth(kind: str) -> None:
    found = importance(judged(kind), Importance(), Silent())
    ranked = {each["column"]: each for each in found["outputs"]["late"]}
    assert next(iter(ranked)) == "age"
    assert set(list(ranked)[:3]) == {"age", "debt", "city"}
    assert ranked["noise"]["loss"] == ranked[EVIL]["loss"] == 0
    assert all(each["low"] <= each["loss"] <= each["high"] for each in ranked.values())
    assert ranked["city"]["low"] > 0
    assert (found["rows"], found["repeats"], found["not_measured"]) == (600, 3, 0)


def test_slots_of_a_column_are_shuffled_together() -> None:
    whole, seen = judged(rows=500), []

    def predict(blocks: Blocks) -> dict[str, np.ndarray]:
        seen.append(blocks)
        return {"late": np.full((blocks.rows, 1), 0.5)}

    importance(dataclasses.replace(whole, predict=predict), Importance(), Silent())
    original, debts = seen[0], seen[4:7]  # first all as it is, then three times age, then three times debt
    for shuffled in debts:
        assert (shuffled.numbers[:, 1] != original.numbers[:, 1]).any()
        assert (shuffled.numbers[shuffled.numbers[:, 3] > 0.5, 1] == 0).all()  # missing still goes with 0
        assert (shuffled.numbers[:, [0, 2]] == original.numbers[:, [0, 2]]).all()
        assert (np.sort(shuffled.numbers[:, 1]) == np.sort(original.numbers[:, 1])).all()
    assert (original.numbers == whole.test.blocks.numbers).all()


def test_limits_are_kept_and_told() -> None:
    found = importance(judged(), Importance(rows=50, repeats=2, columns=2), Silent())
    assert (found["rows"], found["not_measured"]) == (50, 3)
    assert len(found["outputs"]["late"]) == 2
    assert found == importance(judged(), Importance(rows=50, repeats=2, columns=2), Silent())
