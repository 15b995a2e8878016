"""Identifiers: exact where they are frequent, hashed to the same bucket everywhere where they are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.features.conftest import column_of
from thalweg.features.encoders import encode_values
from thalweg.features.identifier import Identifier, IdentifierEncoder

USERS = ["ann"] * 6 + ["bob"] * 5 + ["eve"] * 2


def fitted(values: list[Any], type: str = "VARCHAR", **settings: Any) -> IdentifierEncoder:
    return Identifier(column="user", **settings).fit(column_of("user", type, values))


def codes(encoder: IdentifierEncoder, *values: Any) -> list[int]:
    return encode_values(encoder, pa.array(values)).slots["user"].tolist()


def test_frequent_ones_have_an_index_and_others_a_bucket() -> None:
    encoder = fitted(USERS, buckets=1000)
    assert encoder.values == ("ann", "bob")
    assert encoder.slots[0].cardinality == 1 + 2 + 1000
    assert codes(encoder, "ann", "bob", None) == [1, 2, 0]
    assert codes(encoder, "eve", "new", "深泓线") == [960, 626, 986]  # the same on every machine and version


def test_limit_and_missing() -> None:
    encoder = fitted([*USERS, None], limit=1, buckets=10)
    assert encoder.values == ("ann",)
    found = encode_values(encoder, pa.array([None, "ann", "bob", "bob"]))
    assert found.slots["user"][:2].tolist() == [1, 2]
    assert (found.slots["user"][2:] >= 3).all()
    assert found.counts == {"missing": 1, "hashed": 2}


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1))
def test_a_number_is_the_same_whatever_type_it_comes_in(numbers: list[int]) -> None:
    encoder = fitted([1, 1, 1, 1, 1, 2], "BIGINT", buckets=64)
    whole = codes(encoder, *numbers)
    assert codes(encoder, *map(float, numbers)) == whole
    assert all(0 < code < 66 for code in whole)


def test_the_buckets_are_filled_evenly() -> None:
    encoder = fitted(USERS, buckets=16)
    rows = np.bincount(codes(encoder, *map(str, range(16_000))))[3:]
    assert len(rows) == 16
    assert 850 < rows.min() <= rows.max() < 1150


def test_it_is_taken_only_where_it_is_named() -> None:
    column = column_of("user", "VARCHAR", USERS)
    assert Identifier.refuses(column) == "is read as an identifier only where it is named as one"
