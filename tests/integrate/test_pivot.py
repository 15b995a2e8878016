"""Long to wide: values from training rows or the file, unseen ones counted, every row accounted for."""

import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.integrate.operation import Operation
from thalweg.integrate.pivot import Pivot

LONG = {
    "who": ["x", "x", "y", "y", "z"],
    "what": ["b", "a", "a", None, "new"],
    "n": [1.5, 2.0, 0.1, 9.0, 4.0],
    "left": [0, 0, 0, 0, 0],
}


def test_values_are_learnt_from_training_rows_and_others_counted(make_table, rows_of):
    table = make_table("t", {**LONG, "__split": [0, 0, 0, 0, 2]})
    done = Pivot(by=["who"], column="what", values={"n": "sum"}).apply(table, {})
    assert list(done.table.columns) == ["who", "n_a", "n_b"]
    assert rows_of(done.table) == [("x", 2.0, 1.5, 0, 0), ("y", 0.1, None, 2, 0), ("z", None, None, 4, 2)]
    assert (done.entry.rows_in, done.entry.kept, done.entry.merged) == (5, 3, 2)
    assert done.entry.reasons[0].rule == "same who as a row that was kept"
    assert done.entry.notes == {
        "values": ["a", "b"], "learnt": True, "rows_with_another_value": 1, "rows_without_value": 1,
    }  # fmt: skip
    assert done.table.lineage["n_a"] == {"t.n", "t.what"}


def test_values_listed_in_the_file_and_every_function(make_table, rows_of):
    table = make_table("t", {"k": [1, 1, 1], "c": [7, 7, 8], "v": [1, 3, 5], "w": ["p", "q", None]})
    values = {"v": "mean", "w": "max"}
    done = Pivot.model_validate({"by": "k", "column": "c", "values": values, "take": [7, 9]}).apply(table, {})
    assert list(done.table.columns) == ["k", "v_7", "v_9", "w_7", "w_9"]
    assert rows_of(done.table) == [(1, 2.0, None, "q", None, 0)]
    assert done.entry.notes["rows_with_another_value"] == 1
    counted = Pivot.model_validate({"by": "k", "column": "c", "values": {"w": "count", "v": "min"}})
    assert rows_of(counted.apply(table, {}).table) == [(1, 2, 0, 1, 5, 0)]


def test_several_values_where_one_is_expected_are_refused(make_table):
    table = make_table("t", {"k": [1, 1], "c": ["a", "a"], "v": [1, 2]})
    with pytest.raises(DataError) as caught:
        Pivot.model_validate({"by": "k", "column": "c", "values": "v"}).apply(table, {})
    assert "expected one value of 'v' for each k, c, but 1 have several" in str(caught.value)
    assert "values: {v: sum}" in str(caught.value)


def test_rows_of_one_key_in_two_parts_are_refused(make_table):
    table = make_table("t", {"k": [1, 1], "c": ["a", "b"], "v": [1, 2], "__split": [0, 1]})
    with pytest.raises(
        DataError, match=r"rows of 1 keys belong to different parts(.|\n)*split: \{group: k\}"
    ):
        Pivot.model_validate({"by": "k", "column": "c", "values": "v"}).apply(table, {})


def test_too_many_values_and_none_are_told(make_table):
    table = make_table("t", {"k": [1] * 201, "c": [*range(201)], "v": [1] * 201})
    pivot = Pivot.model_validate({"by": "k", "column": "c", "values": "v"})
    with pytest.raises(DataError, match=r"'c' has more than 200 values(.|\n)*take: \[gdp"):
        pivot.apply(table, {})
    with pytest.raises(DataError, match="'c' has no values in the training rows"):
        pivot.apply(make_table("u", {"k": [1], "c": ["a"], "v": [1], "__split": [1]}), {})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"column": "v"}, "'v' becomes columns; it can't be in `by` or `values` too"),
        ({"column": "f"}, "can't be names of columns: it is DOUBLE"),
        ({"values": {"c": "sum"}, "column": "d"}, "the sum of 'c' needs a number, found VARCHAR"),
        ({"column": "cc"}, "no column 'cc'; did you mean 'c'"),
    ],
)
def test_what_does_not_fit_is_told(make_table, fields, said):
    table = make_table("t", {"k": [1], "c": ["a"], "d": ["a"], "v": [1], "f": [0.5]})
    with pytest.raises(ComponentError, match=said):
        Pivot.model_validate({"by": "k", "column": "c", "values": "v", **fields}).apply(table, {})


def test_settings():
    with pytest.raises(ValidationError, match="pivot needs at least one column"):
        Pivot.model_validate({"by": [], "column": "c", "values": "v"})
    operation = parse(Operation, {"pivot": {"by": "k", "column": "c", "values": ["v", "w"]}})
    assert operation == Pivot(by=["k"], column="c", values={"v": "only", "w": "only"})


def test_the_values_that_were_learnt_are_written_out_and_taken_again(make_table, rows_of):
    columns = {"k": [1, 1, 2, 2], "flag": [True, False, True, False], "n": [1, 2, 3, 4]}
    table = make_table("t", columns)
    done = parse(Operation, {"pivot": {"by": "k", "column": "flag", "values": {"n": "sum"}}}).apply(table, {})
    assert done.learnt is not None
    assert done.learnt.take == ["false", "true"]
    again = parse(Operation, done.learnt.written()).apply(table, {})
    assert rows_of(again.table) == rows_of(done.table)
    assert again.learnt is None
    fewer = make_table("fewer", {name: values[:1] for name, values in columns.items()})
    assert list(done.learnt.apply(fewer, {}).table.columns) == ["k", "n_false", "n_true"]
    by_hand = {"pivot": {"by": "k", "column": "flag", "values": {"n": "sum"}, "take": [True, False]}}
    assert rows_of(parse(Operation, by_hand).apply(table, {}).table) == [(1, 1, 2, 0), (2, 3, 4, 2)]
