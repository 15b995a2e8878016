"""The words of texts beside the network: weighed as the field does, learnt from training rows, an honest rival."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.evaluation.drawn import TARGETS
from thalweg.core.progress import Silent
from thalweg.evaluation.judge import judge
from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.evaluation.linear import linear
from thalweg.evaluation.settings import Evaluate
from thalweg.evaluation.words import Words
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout

SLOT = Slot(name="t", block="tokens", shape=(6,), cardinality=30)


def padded(rows: list[list[int]]) -> np.ndarray:
    return np.array([row + [0] * (6 - len(row)) for row in rows], np.int32)


def test_words_and_pairs_weigh_what_scikit_learn_says() -> None:
    rows = [[3, 4, 3, 5], [4, 3, 4], [3, 3, 3, 9], [5, 4], [9]] * 2
    texts = [" ".join(f"w{token}" for token in row) for row in rows]
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2).fit_transform(texts).toarray()
    ours = Words.fit(padded(rows), 30).apply(padded(rows)).toarray()
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-12)  # columns may stand in any order


def test_what_training_rows_do_not_hold_twice_has_no_column_and_an_empty_text_is_all_zeros() -> None:
    words = Words.fit(padded([[3, 4], [3, 7], [], [9]]), 30)
    assert words.width == 1
    assert words.apply(padded([[3], [7, 9], []])).toarray().tolist() == [[1], [0], [0]]


def judged(kind: str, *, order: bool = False) -> Judged:
    """Texts of which one word, or one pair of words, tells the answer."""
    chance = np.random.default_rng(0)
    tokens = chance.integers(5, 30, (600, 6)).astype(np.int32)
    y = chance.integers(0, 2, 600)
    tokens[:, 2:4] = np.where(y[:, None] == 1, [3, 4], [4, 3]) if order else 3 + y[:, None]
    layout = Layout(slots=(SLOT,))
    known = y.astype(np.float32) if kind == "number" else y

    def blocks(start: int, end: int) -> Blocks:
        some = {SLOT.key: tokens[start:end]}
        return Blocks(np.zeros((end - start, 0), np.float32), np.zeros((end - start, 0), np.int32), some)

    def blind(some: Blocks) -> Mapping[str, np.ndarray]:
        return {"late": np.full((some.rows, TARGETS[kind].width), 0.4)}

    def part(start: int, end: int) -> Part:
        some = blocks(start, end)
        return Part(np.arange(start, end), some, {"late": known[start:end]}, blind(some) if start else {})

    parts = {"training": part(0, 300), "validation": part(300, 400), "test": part(400, 600)}
    columns = {"t": ("t",)}
    return Judged({"late": TARGETS[kind]}, layout, columns, slices=pa.table({}), predict=blind, **parts)


@pytest.mark.parametrize("order", [False, True], ids=["a word", "a pair"])
def test_the_linear_model_reads_texts(order: bool) -> None:
    whole = judged("binary", order=order)
    rival = linear(whole, "late")
    assert ((rival.test[:, 0] > 0.5) == whole.test.y["late"]).mean() > 0.95
    assert rival.facts["columns"] > 25
    assert (linear(whole, "late").test == rival.test).all()


def test_values_are_told_from_texts_too() -> None:
    whole = judged("number")
    assert np.abs(linear(whole, "late").test[:, 0] - whole.test.y["late"]).mean() < 0.2


def test_a_model_of_texts_alone_has_a_rival_but_no_trees() -> None:
    found = judge("late", judged("binary"), Evaluate(resamples=20), Silent())
    assert set(found["models"]) == {"network", "linear"}
    assert found["models"]["linear"]["test"]["accuracy"]["value"] > 0.95
    without = judge("late", judged("binary"), Evaluate(resamples=20, linear=False), Silent())
    assert set(without["models"]) == {"network"}
