"""True and false as 1 and 0."""

from __future__ import annotations

import pyarrow as pa

from tests.features.conftest import column_of
from thalweg.features.boolean import Boolean


def test_true_is_one_and_missing_is_the_share_of_true() -> None:
    encoder = Boolean(column="x").fit(column_of("x", "BOOLEAN", [True, False, False, False, None]))
    encoded = encoder.encode(pa.array([True, False, None]))
    assert encoded.slots["x"].tolist() == [1.0, 0.0, 0.25]
    assert encoded.slots["x:missing"].tolist() == [0.0, 0.0, 1.0]
    assert encoded.counts == {"missing": 1}
    assert [slot.bins for slot in encoder.slots] == [(0.0, 1.0), (0.0, 1.0)]


def test_auto_takes_booleans_that_vary() -> None:
    assert Boolean.accepts("BOOLEAN")
    assert not Boolean.accepts("BIGINT")
    assert Boolean.refuses(column_of("x", "BOOLEAN", [True, True])) == "is constant: always True"
    assert Boolean.refuses(column_of("x", "BOOLEAN", [True, None])) is None
