"""What a SQL type means for the stages."""

from __future__ import annotations

import pytest

from thalweg.engines.types import family, is_moment, is_number


@pytest.mark.parametrize(
    ("sql_type", "expected"),
    [
        ("BOOLEAN", "boolean"),
        ("UBIGINT", "integer"),
        ("HUGEINT", "integer"),
        ("DECIMAL(10,2)", "number"),
        ("FLOAT", "number"),
        ("VARCHAR", "text"),
        ("ENUM('a', 'b')", "text"),
        ("DATE", "date"),
        ("TIMESTAMP", "timestamp"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp"),
        ("TIMESTAMP_NS", "timestamp"),
        ("TIME", "time"),
        ("BLOB", "bytes"),
        ("BIGINT[]", "nested"),
        ("FLOAT[3]", "nested"),
        ("STRUCT(a BIGINT)", "nested"),
        ("MAP(VARCHAR, BIGINT)", "nested"),
        ("DECIMAL(10,2)[]", "nested"),
        ("INTERVAL", "other"),
        ("BIT", "other"),
    ],
)
def test_families(sql_type: str, expected: str) -> None:
    assert family(sql_type) == expected
    assert is_number(sql_type) == (expected in ("integer", "number"))
    assert is_moment(sql_type) == (expected in ("date", "timestamp"))
