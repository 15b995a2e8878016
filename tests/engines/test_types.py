"""What a SQL type means for the stages."""

from __future__ import annotations

import duckdb
import pytest

from thalweg.engines.types import element, family, fields, is_moment, is_number


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


def test_the_parts_of_nested_types() -> None:
    assert [element(each) for each in ("DOUBLE[]", "FLOAT[3]", "INTEGER[][]", "DOUBLE", "STRUCT(a INTEGER[])")] == [
        "DOUBLE", "FLOAT", "INTEGER[]", None, None,
    ]  # fmt: skip
    assert fields('STRUCT(a DECIMAL(5,2), "b, ""c""(" STRUCT(d VARCHAR, e DATE), f INTEGER[])') == {
        "a": "DECIMAL(5,2)", 'b, "c"(': "STRUCT(d VARCHAR, e DATE)", "f": "INTEGER[]",
    }  # fmt: skip
    assert fields("DOUBLE") is None
    assert fields("STRUCT(a DOUBLE)[]") is None


def test_the_parts_are_those_that_the_engine_has() -> None:
    kind = 'STRUCT("a b" INTEGER, "c""d" DOUBLE[])'
    ((told,),) = duckdb.sql(f"SELECT typeof(NULL::{kind})").fetchall()
    assert fields(told) == {"a b": "INTEGER", 'c"d': "DOUBLE[]"}
