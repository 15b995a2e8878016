"""Which types a batch may have for a column of training."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from thalweg.core.errors import DataError
from thalweg.features.conform import conform


@pytest.mark.parametrize(
    ("type", "given", "wanted"),
    [
        ("DOUBLE", pa.array([1, None], pa.int8()), pa.array([1.0, None])),
        ("DOUBLE", pa.array([1.5], pa.float32()), pa.array([1.5])),
        ("DECIMAL(5,2)", pa.array([Decimal("1.25")]), pa.array([1.25])),
        ("BIGINT", pa.array([3], pa.uint16()), pa.array([3], pa.uint16())),
        ("BIGINT", pa.array([3.0, None]), pa.array([3.0, None])),
        ("VARCHAR", pa.array(["a"], pa.large_string()), pa.array(["a"])),
        ("VARCHAR", pa.array(["a"], pa.string_view()), pa.array(["a"])),
        ("VARCHAR", pa.array(["a", None]).dictionary_encode(), pa.array(["a", None])),
        ("BOOLEAN", pa.array([True]), pa.array([True])),
        ("DATE", pa.array([date(1970, 1, 2)]), pa.array([datetime(1970, 1, 2)], pa.timestamp("us"))),
        ("TIMESTAMP", pa.array([date(1970, 1, 2)]), pa.array([datetime(1970, 1, 2)], pa.timestamp("us"))),
        ("TIMESTAMP", pa.array([1001], pa.timestamp("ns")), pa.array([1]).cast(pa.timestamp("us"))),
        (
            "TIMESTAMP WITH TIME ZONE",
            pa.array([datetime(1970, 1, 2, tzinfo=UTC)], pa.timestamp("s", "Asia/Shanghai")),
            pa.array([datetime(1970, 1, 2)], pa.timestamp("us")),
        ),
        ("DOUBLE[]", pa.array([[1, None], None]), pa.array([[1.0, None], None])),
        ("FLOAT[2]", pa.array([[1, 2], None], pa.list_(pa.int8(), 2)), pa.array([[1.0, 2.0], None])),
        ("DOUBLE[]", pa.array([[1.5]], pa.large_list(pa.float32())), pa.array([[1.5]])),
        ("DOUBLE[]", pa.nulls(1), pa.nulls(1, pa.list_(pa.float64()))),
        ("VARCHAR[]", pa.array([["a"], []], pa.list_(pa.large_string())), pa.array([["a"], []])),
        (
            "STRUCT(a VARCHAR, b DOUBLE)",
            pa.array([{"b": 1, "a": "x"}, None], pa.struct({"b": pa.int8(), "a": pa.string()})),
            pa.array([{"a": "x", "b": 1.0}, None]),
        ),
    ],
    ids=str,
)
def test_types_that_fit(type: str, given: pa.Array, wanted: pa.Array) -> None:
    assert conform("x", given, type).equals(wanted)


@pytest.mark.parametrize(
    ("type", "given", "received"),
    [
        ("DOUBLE", pa.array(["1.5"]), "string"),
        ("BIGINT", pa.array([True]), "bool"),
        ("BOOLEAN", pa.array([1]), "int64"),
        ("VARCHAR", pa.array([1]), "int64"),
        ("TIMESTAMP", pa.array(["2013-01-01"]), "string"),
        ("DATE", pa.array([15_000]), "int64"),
        ("BLOB", pa.array(["a"]), "string"),
        ("DOUBLE[]", pa.array([["1"]]), "list"),
        ("DOUBLE[]", pa.array([1.0]), "double"),
        ("STRUCT(a DOUBLE)", pa.array([{"b": 1.0}]), "struct"),
        ("MAP(VARCHAR, DOUBLE)", pa.array([[1.0]]), "list"),
        ("INTERVAL", pa.array([b"a"]), "binary"),
    ],
)
def test_types_that_do_not_fit_are_named(type: str, given: pa.Array, received: str) -> None:
    with pytest.raises(
        DataError, match=re.escape(f"column 'x': expected {type} as in training, received {received}")
    ) as raised:
        conform("x", given, type)
    assert f"give the column the type {type}" in str(raised.value)
