"""Test rows that were seen in training."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.drawn import judged
from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.evaluation.leakage import digests, duplicates


def with_copies(whole: Judged, copies: int) -> Judged:
    """The first test rows replaced by training rows."""
    mine, seen = whole.test.blocks, whole.training.blocks
    blocks = Blocks(
        np.concatenate([seen.numbers[:copies], mine.numbers[copies:]]),
        np.concatenate([seen.categories[:copies], mine.categories[copies:]]),
    )
    test = Part(whole.test.rows, blocks, whole.test.y, whole.test.p)
    return dataclasses.replace(whole, test=test)


def test_copies_are_counted() -> None:
    whole = judged(rows=1000)
    assert duplicates(whole)["duplicates"] == 0
    found = duplicates(with_copies(whole, 17))
    assert found == {
        "rows": 200,
        "training_rows": 600,
        "training_total": 600,
        "duplicates": 17,
        "share": 17 / 200,
        "within_test": 0,
    }


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_digests_are_equal_where_rows_are(rows: list[tuple[int, int, int]]) -> None:
    values = np.array(rows)
    found = digests(Blocks(values[:, :1].astype(np.float32), values[:, 1:].astype(np.int32)))
    assert len(set(found.tolist())) == len(set(rows))


def test_zero_has_one_sign_and_columns_have_their_places() -> None:
    zeros = digests(Blocks(np.array([[0.0], [-0.0]], np.float32), np.zeros((2, 0), np.int32)))
    assert zeros[0] == zeros[1]
    swapped = digests(Blocks(np.zeros((2, 0), np.float32), np.array([[1, 2], [2, 1]], np.int32)))
    assert swapped[0] != swapped[1]


def test_tensors_of_their_own_are_looked_at_too() -> None:
    nothing = np.zeros((3, 0), np.float32), np.zeros((3, 0), np.int32)
    pixels = np.zeros((3, 1, 2, 2), np.uint8)
    pixels[1, 0, 1, 1] = 1
    found = digests(Blocks(*nothing, {"image:photo": pixels}))
    assert found[0] == found[2] != found[1]
