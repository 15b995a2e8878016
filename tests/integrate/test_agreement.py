"""Which types may be keys of one join, or stand in one column."""

from __future__ import annotations

import pytest

from thalweg.integrate.agreement import comparable, may_stack


@pytest.mark.parametrize(
    ("one", "two", "joins", "stacks"),
    [
        ("BIGINT", "BIGINT", True, True),
        ("BIGINT", "DOUBLE", True, True),
        ("TINYINT", "DECIMAL(10,2)", True, True),
        ("VARCHAR", "ENUM('a', 'b')", True, True),
        ("TIMESTAMP", "TIMESTAMP_NS", True, True),
        ("DATE", "TIMESTAMP", False, True),
        ("DATE", "TIMESTAMP WITH TIME ZONE", False, False),
        ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", False, False),
        ("BIGINT", "VARCHAR", False, False),
        ("BIGINT", "BOOLEAN", False, False),
        ("UUID", "UUID", True, True),
        ("UUID", "VARCHAR", False, False),
        ("BLOB", "BLOB", True, True),
        ("INTEGER[]", "BIGINT[]", False, False),
        ("TIME", "TIME", True, True),
        ("TIME", "TIMESTAMP", False, False),
    ],
)
def test_both_ways(one, two, joins, stacks):
    assert comparable(one, two) == comparable(two, one) == joins
    assert may_stack(one, two) == may_stack(two, one) == stacks
