"""Rows dropped by a condition, and those of which it can't be told, are counted apart."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.filter import Filter
from thalweg.integrate.operation import Operation


@pytest.fixture
def flights(make_table):
    return make_table("flights", {"distance": [100, 5000, None, 200], "carrier": ["UA", "HA", "UA", None]})


def test_rows_stay_where_the_condition_is_true(flights, rows_of):
    done = parse(Operation, {"filter": "distance < 3000 AND carrier <> 'HA'"}).apply(flights, {})
    assert rows_of(done.table) == [(100, "UA", 0)]
    assert (done.entry.rows_in, done.entry.kept, done.entry.dropped) == (4, 1, 3)
    assert {reason.rule: reason.rows for reason in done.entry.reasons} == {
        "not distance < 3000 AND carrier <> 'HA'": 1,
        "missing value in distance < 3000 AND carrier <> 'HA'": 2,
    }


def test_an_empty_table_is_no_trouble(make_table):
    import pyarrow as pa

    done = Filter(keep="a > 1").apply(make_table("empty", {"a": pa.array([], pa.int64())}), {})
    assert (done.entry.rows_in, done.entry.kept, done.entry.dropped, done.entry.reasons) == (0, 0, 0, ())


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("distance + 1", r"expected a condition \(BOOLEAN\), found a value of type BIGINT"),
        ("distance", "found a value of type BIGINT"),
        ("distence > 1", "did you mean 'distance'"),
        ("distance > avg(distance)", "looks at other rows"),
        ("random() < 0.5", "another value on every run"),
        ("1 = 1", "names no column"),
        ("carrier > 1 +", "is not valid SQL"),
    ],
)
def test_what_is_no_condition_on_a_row_is_refused(flights, condition, said):
    with pytest.raises(ComponentError, match=said):
        Filter(keep=condition).apply(flights, {})


def test_an_empty_condition_is_refused():
    with pytest.raises(ValidationError, match="filter needs a condition"):
        Filter(keep=" ")
