"""Derived columns: values, types and lineage; expressions that are no function of the row are refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.derive import Derive
from thalweg.integrate.operation import Operation


@pytest.fixture
def flights(make_table):
    return make_table(
        "flights", {"arr_delay": [20, 3, None], "air_time": [60, 120, 30], "Carrier": ["UA", "AA", None]}
    )


def test_columns_are_added_in_order_and_may_use_each_other(flights, rows_of):
    derive = Derive.model_validate(
        {"late": "arr_delay > 15", "very": "late AND air_time < 100", "c": "lower(carrier)"}
    )
    done = derive.apply(flights, {})
    assert list(done.table.columns) == ["arr_delay", "air_time", "Carrier", "late", "very", "c"]
    assert [done.table.columns[name] for name in ("late", "very", "c")] == ["BOOLEAN", "BOOLEAN", "VARCHAR"]
    assert [row[3:6] for row in rows_of(done.table)] == [
        (True, True, "ua"),
        (False, False, "aa"),
        (None, None, None),
    ]
    assert done.table.lineage["very"] == {"flights.arr_delay", "flights.air_time"}
    assert (done.entry.rows_in, done.entry.kept) == (3, 3)


def test_a_column_may_be_replaced_in_its_place(flights, rows_of):
    done = Derive.model_validate({"air_time": "air_time / 60"}).apply(flights, {})
    assert list(done.table.columns) == ["arr_delay", "air_time", "Carrier"]
    assert [row[1] for row in rows_of(done.table)] == [1.0, 2.0, 0.5]


def test_a_column_called_columns(flights):
    assert parse(Operation, {"derive": {"columns": "arr_delay + 1"}}).makes() == ("columns",)
    assert parse(Operation, {"derive": {"columns": {"a": "arr_delay + 1"}}}).makes() == ("a",)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("arr_delay >", "is not valid SQL"),
        ("arr_delya > 15", "names no known column: 'arr_delya'; did you mean 'arr_delay'"),
        ("'arr_delay' > '15'", "names no column, so every row would get the same value"),
        ("15", "names no column"),
        ("avg(arr_delay)", "looks at other rows: 'AVG"),
        ("arr_delay - avg(arr_delay) OVER ()", "looks at other rows"),
        ("lag(arr_delay) OVER (ORDER BY air_time)", "looks at other rows"),
        ("sum(arr_delay) FILTER (arr_delay > 1)", "looks at other rows"),
        ("unnest([arr_delay])", "looks at other rows"),
        ("product(arr_delay)", "it uses an aggregate, which looks at other rows"),
        ("(SELECT max(arr_delay) FROM flights)", "columns and functions only"),
        ("arr_delay + random()", "another value on every run: 'RANDOM"),
        ("now() > CURRENT_DATE AND arr_delay > 1", "another value on every run"),
        ("CAST(uuidv7() AS VARCHAR) || carrier", "another value on every run"),
        ("arr_delay AS late", "expected one SQL expression of 'late', received"),
        ("arr_delay; air_time", "expected one SQL"),
        ("*", "one value, without AS or"),
        ("carrier + 1", r"derive late: 'carrier \+ 1' does not fit the columns of 'flights'"),
        ("nosuchfunction(arr_delay)", "does not fit the columns of 'flights': .*nosuchfunction"),
    ],
)
def test_expressions_that_are_refused(flights, expression, said):
    with pytest.raises(ComponentError, match=said) as caught:
        Derive.model_validate({"late": expression}).apply(flights, {})
    assert "late" in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "derive needs at least one column"),
        ({"__row": "arr_delay"}, "the name '__row' is reserved"),
        ({"a": "arr_delay", "A": "arr_delay"}, "upper and lower case are alike"),
        ({" ": "arr_delay"}, "a column needs a name"),
    ],
)
def test_names_that_are_refused(columns, said):
    with pytest.raises(ValidationError, match=said):
        Derive.model_validate(columns)


def test_a_name_that_differs_from_a_column_in_case_alone_is_refused(flights):
    with pytest.raises(ComponentError, match="Carrier, CARRIER"):
        Derive.model_validate({"CARRIER": "upper(carrier)"}).apply(flights, {})
