"""Types as people write them."""

from __future__ import annotations

import pytest

from thalweg.core.errors import ComponentError
from thalweg.sources.declared import readable_types, sql_type


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("text", "VARCHAR"),
        ("number", "DOUBLE"),
        ("int", "BIGINT"),
        ("INTEGER", "INTEGER"),
        ("decimal(10,2)", "DECIMAL(10,2)"),
        ("timestamptz", "TIMESTAMP WITH TIME ZONE"),
        (" datetime ", "TIMESTAMP"),
        ("varchar", "VARCHAR"),
    ],
)
def test_types(written: str, expected: str) -> None:
    assert sql_type(written, "x") == expected


def test_an_unknown_type() -> None:
    with pytest.raises(ComponentError, match="column 'x': unknown type 'numbr'; did you mean 'number'"):
        sql_type("numbr", "x")


def test_only_types_that_text_can_be_read_as() -> None:
    expected = {"a": "BIGINT", "b": "STRUCT(x BIGINT)", "c": "DECIMAL(5,2)", "gone": "DATE"}
    assert readable_types(expected, ["a", "b", "c"]) == {"a": "BIGINT", "c": "DECIMAL(5,2)"}
