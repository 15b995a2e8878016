"""Select, drop and rename: columns change, rows and lineage stay."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.operation import Operation

ROWS = {"a": [1, 2], "b": ["x", "y"], "c": [0.5, None], "__split": [0, 1]}


@pytest.mark.parametrize(
    ("written", "columns", "rows"),
    [
        ({"select": ["c", "a"]}, {"c": "t.c", "a": "t.a"}, [(0.5, 1, 0, 0), (None, 2, 1, 1)]),
        ({"select": "b"}, {"b": "t.b"}, [("x", 0, 0), ("y", 1, 1)]),
        ({"drop": ["b", "c"]}, {"a": "t.a"}, [(1, 0, 0), (2, 1, 1)]),
        ({"drop": "c"}, {"a": "t.a", "b": "t.b"}, [(1, "x", 0, 0), (2, "y", 1, 1)]),
        (
            {"rename": {"a": "b", "b": "a"}},
            {"b": "t.a", "a": "t.b", "c": "t.c"},
            [(1, "x", 0.5, 0, 0), (2, "y", None, 1, 1)],
        ),
        (
            {"rename": {"a": "A"}},
            {"A": "t.a", "b": "t.b", "c": "t.c"},
            [(1, "x", 0.5, 0, 0), (2, "y", None, 1, 1)],
        ),
    ],
)
def test_values_lineage_and_account(make_table, rows_of, written, columns, rows):
    operation = parse(Operation, written)
    done = operation.apply(make_table("t", ROWS), {})
    assert done.table.lineage == {name: {source} for name, source in columns.items()}
    assert list(done.table.columns) == list(columns)
    assert rows_of(done.table) == rows
    assert (done.entry.rows_in, done.entry.kept, done.entry.rows_out) == (2, 2, 2)
    assert done.entry.step.startswith(operation.kind)
    assert parse(Operation, operation.written()) == operation


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"select": ["a", "bb"]}, "table 't' has no column 'bb'; did you mean 'b'"),
        ({"drop": "d"}, "table 't' has no column 'd'"),
        ({"drop": ["a", "b", "c"]}, "drop would leave table 't' without columns"),
        ({"rename": {"d": "e"}}, "table 't' has no column 'd'"),
        ({"rename": {"a": "b"}}, r"upper and lower case are alike\): b"),
        ({"rename": {"a": "B"}}, r"upper and lower case are alike\): B, b"),
    ],
)
def test_what_does_not_fit_the_table_is_told(make_table, written, said):
    with pytest.raises(ComponentError, match=said):
        parse(Operation, written).apply(make_table("t", ROWS), {})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"select": []}, "select needs at least one column"),
        ({"select": ["a", "a"]}, "columns of one name"),
        ({"drop": []}, "drop needs at least one column"),
        ({"drop": ["a", "A"]}, "columns of one name"),
        ({"rename": {}}, "rename needs at least one column"),
        ({"rename": {"a": "__split"}}, "'__split' is reserved"),
        ({"rename": {"a": "x", "b": "x"}}, "columns of one name"),
        ({"select": {"columns": ["a"], "rows": 1}}, "unknown key 'rows'; known: columns"),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_read(written, said):
    with pytest.raises(ValidationError, match=said):
        parse(Operation, written)
