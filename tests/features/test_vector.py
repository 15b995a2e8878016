"""Vectors: each place standardised; a list of another length, or with a gap, is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.features.conftest import column_of
from thalweg.core.errors import DataError
from thalweg.features.encoders import encode_values
from thalweg.features.vector import Vector, VectorEncoder

VALUES = [[1.0, 10.0], [3.0, 10.0]]


def fitted(values: list[Any], type: str = "DOUBLE[]", **settings: Any) -> VectorEncoder:
    return Vector(column="x", **settings).fit(column_of("x", type, pa.array(values)))


def test_each_place_is_standardised_by_itself() -> None:
    encoder = fitted(VALUES)
    assert (encoder.shift, encoder.scale) == ((2.0, 10.0), (1.0, 1.0))
    (slot,) = encoder.slots
    assert (slot.block, slot.shape) == ("vector", (2,))
    assert encode_values(encoder, pa.array([[4.0, 9.0]])).slots["x"].tolist() == [[2.0, -1.0]]
    assert encode_values(fitted(VALUES, scale="none"), pa.array(VALUES)).slots["x"].tolist() == VALUES


@pytest.mark.parametrize(
    "broken", [[1.0], [1.0, None], [1.0, float("inf")], [1.0, 2.0, 3.0], [], [1.0, 1e300]]
)
def test_what_is_no_such_vector_is_told(broken: list[Any]) -> None:
    found = encode_values(fitted(VALUES), pa.array([broken, [2.0, 10.0], None]))
    assert found.bad is not None
    assert found.bad.tolist() == [True, False, False]
    assert found.why == "is not a list of 2 finite numbers"
    assert found.counts == {"missing_unseen": 1}
    assert not found.slots["x"].any()


def test_missing_vectors_are_the_mean_and_told() -> None:
    encoder = fitted([*VALUES, None])
    found = encode_values(encoder, pa.array([None, [2.0, 11.0]]))
    assert found.slots["x"].tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert found.slots["x:missing"].tolist() == [1.0, 0.0]


def test_arrays_of_a_declared_length_are_taken_and_sliced() -> None:
    values = pa.array([[0, 9], [2, 9], [4, 9]], pa.list_(pa.int32(), 2))
    column = column_of("x", "INTEGER[2]", values)
    assert Vector.refuses(column) is None
    found = encode_values(Vector(column="x").fit(column), values.slice(1)).slots["x"]
    assert found[:, 0].tolist() == pytest.approx([0.0, np.sqrt(1.5)])


def test_lists_of_several_lengths_are_refused() -> None:
    several = column_of("x", "DOUBLE[]", [[1.0], [1.0, 2.0]])
    assert Vector.refuses(several) == "holds lists of any length, not vectors"
    with pytest.raises(
        DataError, match="column 'x': expected lists of one length, found 1 to 2 numbers"
    ) as raised:
        Vector(column="x").fit(several)
    assert raised.value.hint == "read it as another kind: {series: x} or {set: x}"
    with pytest.raises(DataError, match="column 'x' has no vector of finite numbers"):
        fitted([[1.0, None], [None, 2.0]])
