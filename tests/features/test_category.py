"""Categories: the vocabulary, what is rare, unseen or missing, and what `auto` refuses."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.features.conftest import column_of
from thalweg.features.category import Category


def codes(encoder, values: pa.Array) -> list[int]:
    return encoder.encode(values).slots["x"].tolist()


def test_the_most_frequent_come_first_and_ties_by_value() -> None:
    encoder = Category(column="x", min_count=1).fit(column_of("x", "VARCHAR", [*"bbaacccd"]))
    assert encoder.values == ("c", "a", "b", "d")
    assert codes(encoder, pa.array([*"abcd"])) == [2, 3, 1, 4]
    assert encoder.slots[0].cardinality == 5


def test_rare_unseen_and_missing_are_told_apart() -> None:
    encoder = Category(column="x", min_count=2).fit(column_of("x", "VARCHAR", ["a", "a", "b", None]))
    encoded = encoder.encode(pa.array(["a", "b", "z", "z", None, None, None]))
    assert encoded.slots["x"].tolist() == [2, 0, 0, 0, 1, 1, 1]
    assert encoded.counts == {"rare": 1, "unseen": 2, "missing": 3}
    assert encoder.slots[0].cardinality == 3


def test_missing_that_training_never_saw_is_unknown() -> None:
    encoder = Category(column="x", min_count=1).fit(column_of("x", "VARCHAR", ["a", "b"]))
    encoded = encoder.encode(pa.array(["b", None]))
    assert encoded.slots["x"].tolist() == [2, 0]
    assert encoded.counts == {"missing_unseen": 1}


def test_the_limit_keeps_the_most_frequent() -> None:
    encoder = Category(column="x", min_count=1, limit=2).fit(column_of("x", "VARCHAR", [*"aaabbc"]))
    assert encoder.values == ("a", "b")
    assert encoder.rare == ("c",)


def test_values_of_other_types_that_are_equal_are_the_same() -> None:
    encoder = Category(column="x", min_count=1).fit(column_of("x", "BIGINT", [7, 7, 8]))
    for asked in (
        pa.array([8, 7, 9], pa.int8()),
        pa.array([8.0, 7.0, 7.5]),
        pa.array([8, 7, 9], pa.uint64()),
    ):
        assert codes(encoder, asked) == [2, 1, 0]
        repeated = pa.concat_arrays([asked] * 50)
        assert codes(encoder, repeated) == [2, 1, 0] * 50


def test_booleans_are_names_too() -> None:
    encoder = Category(column="x", min_count=1).fit(column_of("x", "BOOLEAN", [True, True, False]))
    assert encoder.values == (True, False)
    assert codes(encoder, pa.array([False, True])) == [2, 1]


@given(st.lists(st.text(max_size=3) | st.none(), min_size=1, max_size=80), st.integers(1, 4))
def test_every_value_has_one_index_of_its_own_or_zero(training: list[str | None], least: int) -> None:
    if not any(value is not None for value in training):
        return
    encoder = Category(column="x", min_count=least).fit(
        column_of("x", "VARCHAR", pa.array(training, pa.string()))
    )
    known = [value for value in dict.fromkeys(training) if value is not None]
    found = codes(encoder, pa.array(known, pa.string()))
    own = [code for code in found if code]
    assert len(set(own)) == len(own)
    for value, code in zip(known, found, strict=True):
        assert (code > 0) == (training.count(value) >= least)
    many = codes(encoder, pa.array(known * 80, pa.string()))
    assert many == found * 80  # looked up one by one, or by a hash table


def test_auto_refuses_identifiers_and_free_text() -> None:
    names = [f"customer {i}" for i in range(500)]
    assert Category.refuses(column_of("x", "VARCHAR", names)) == (
        "looks like an identifier: 500 different values in 500 training rows"
    )
    reviews = [f"the food was cold and number {i} of many" for i in range(500)]
    assert Category.refuses(column_of("x", "VARCHAR", reviews)) == (
        "looks like free text: about 9 words a value, 500 values"
    )
    assert Category.refuses(column_of("x", "VARCHAR", ["a", "a"])) == "is constant: always 'a'"
    assert Category.refuses(column_of("x", "DOUBLE", [1.0, 2.0])) == "holds measured numbers, not names"


def test_auto_takes_many_values_that_repeat() -> None:
    tails = np.random.default_rng(0).integers(0, 4_000, 20_000).astype(str)
    assert Category.refuses(column_of("x", "VARCHAR", tails)) is None
    assert Category.refuses(column_of("x", "VARCHAR", [*"abcdefg"])) is None
