"""Sets: the indexes of their members, in no order; what is cut, empty or unknown is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.conftest import column_of
from thalweg.core.errors import DataError
from thalweg.features.encoders import encode_values
from thalweg.features.set import Set, SetEncoder

GENRES = [["drama", "war"], ["drama"], ["drama", "comedy"], ["comedy", "noir"], []]


def fitted(values: list[Any], type: str = "VARCHAR[]", **settings: Any) -> SetEncoder:
    return Set(column="genres", **settings).fit(column_of("genres", type, pa.array(values)))


def codes(encoder: SetEncoder, *values: Any) -> list[list[int]]:
    return encode_values(encoder, pa.array(values)).slots["genres"].tolist()


def test_the_most_frequent_member_comes_first_and_rare_ones_share_the_last_index() -> None:
    encoder = fitted(GENRES)
    assert encoder.members == ("drama", "comedy")  # 2 and 3; 4 are all others
    (slot,) = encoder.slots
    assert (slot.block, slot.shape, slot.cardinality) == ("set", (2,), 5)
    assert codes(encoder, ["comedy", "drama"], ["drama", "drama"], ["war", "noir"], [], ["war", "drama"]) == [
        [2, 3],
        [2, 0],
        [4, 0],
        [0, 0],
        [2, 4],
    ]


def test_what_is_unseen_cut_empty_or_missing_is_counted() -> None:
    found = encode_values(fitted([*GENRES, None]), pa.array([["x"], ["drama", "comedy", "x"], [], None]))
    assert found.slots["genres"].tolist() == [[4, 0], [2, 3], [0, 0], [1, 0]]
    assert found.counts == {"missing": 1, "empty": 1, "cut": 1, "unseen": 2}


@given(st.lists(st.sampled_from(["drama", "comedy", "war", "x", None])), st.randoms())
def test_neither_order_nor_repetition_matters(members: list[str | None], chance: Any) -> None:
    encoder = fitted(GENRES, size=4)
    shuffled = [*members, *members[:1]]
    chance.shuffle(shuffled)
    kind = pa.list_(pa.string())
    one, other = encode_values(encoder, pa.array([members, shuffled], kind)).slots["genres"].tolist()
    assert one == other


def test_numbers_and_texts_with_a_separator() -> None:
    numbers = fitted([[7, 3], [7], [3, 7]], "BIGINT[]")
    assert numbers.members == (7, 3)
    texts = fitted(["a| b", "b|a|", " b"], "VARCHAR", separator="|")
    assert texts.members == ("b", "a")
    assert codes(texts, "b |a", "", None) == [[2, 3], [0, 0], [1, 0]]


def test_what_is_no_set_is_refused() -> None:
    assert Set.refuses(column_of("x", "VARCHAR[]", GENRES)) is None
    numbers = column_of("x", "BIGINT[]", [[1, 2]])
    assert Set.refuses(numbers) == "holds lists of numbers, which may be in an order"
    texts = column_of("x", "VARCHAR", ["a|b", "b"])
    assert str(Set.refuses(texts)).startswith("holds texts: name what separates members")
    with pytest.raises(DataError, match="column 'x' holds texts, and nothing says what separates") as raised:
        Set(column="x").fit(texts)
    assert raised.value.hint == "such as: {column: x, kind: set, separator: ','}"
    with pytest.raises(DataError, match="column 'x' has no member that 2 training rows have") as raised:
        Set(column="x").fit(column_of("x", "VARCHAR[]", [["a"], ["b"]]))
    assert raised.value.hint == "ask for fewer: {column: x, kind: set, min_count: 1}"


def test_genres_of_films(data: Callable[[str], Path]) -> None:
    films = csv.read_csv(data("ml-latest-small/movies.csv"))["genres"].combine_chunks()
    encoder = Set(column="genres", separator="|").fit(column_of("genres", "VARCHAR", films))
    assert encoder.members[:3] == ("Drama", "Comedy", "Thriller")
    found = encode_values(encoder, films)
    members = (found.slots["genres"] > 0).sum(1)
    assert (members.min(), np.median(members)) == (1, 2)
    assert set(found.counts) <= {"cut"}
