"""Unions: columns by name, types that agree, row numbers that stay apart."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.operation import Operation
from thalweg.integrate.union import Union


def test_rows_are_appended_by_name_and_numbered_on(make_table, rows_of):
    jan = make_table("jan", {"a": [1, 2], "b": ["x", "y"], "__row": [3, 7]})
    feb = make_table("feb", {"b": ["z"], "a": [9], "__row": [5]})
    march = make_table("march", {"a": [4], "b": ["w"]})
    done = Union(table=["feb", "march"]).apply(jan, {"feb": feb, "march": march})
    assert rows_of(done.table) == [(1, "x", 3), (2, "y", 7), (9, "z", 8 + 5), (4, "w", 8 + 6)]
    entry = done.entry
    assert (entry.rows_in, entry.kept, entry.added, entry.rows_out) == (2, 2, 2, 4)
    assert entry.notes == {"added": {"feb": 1, "march": 1}}
    assert done.table.lineage["a"] == {"jan.a", "feb.a", "march.a"}


def test_an_empty_table_adds_nothing(make_table, rows_of):
    jan = make_table("jan", {"a": pa.array([], pa.int64())})
    feb = make_table("feb", {"a": [5]})
    assert rows_of(Union(table="feb").apply(jan, {"feb": feb}).table) == [(5, 0)]


@pytest.mark.parametrize(
    ("one", "two", "kind", "values"),
    [
        (pa.array([1]), pa.array([2.5]), "DOUBLE", [1.0, 2.5]),
        (pa.array([1], pa.int8()), pa.array([300]), "BIGINT", [1, 300]),
        (
            pa.array([0], pa.date32()),
            pa.array([0], pa.timestamp("us")),
            "TIMESTAMP",
            [datetime(1970, 1, 1)] * 2,
        ),
    ],
)
def test_types_widen_to_hold_both(make_table, rows_of, one, two, kind, values):
    done = Union(table="feb").apply(make_table("jan", {"a": one}), {"feb": make_table("feb", {"a": two})})
    assert done.table.columns == {"a": kind}
    assert [row[0] for row in rows_of(done.table)] == values


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (pa.array([1]), pa.array(["1"]), "'a' is BIGINT in 'jan' and VARCHAR in 'feb'"),
        (
            pa.array([0], pa.timestamp("us")),
            pa.array([0], pa.timestamp("us", "UTC")),
            "TIMESTAMP in 'jan' and TIMESTAMP WITH",
        ),
        (pa.array([True]), pa.array([1]), "BOOLEAN in 'jan' and BIGINT in 'feb'"),
    ],
)
def test_types_that_do_not_agree_are_refused(make_table, one, two, said):
    with pytest.raises(ComponentError, match=said) as caught:
        Union(table="feb").apply(make_table("jan", {"a": one}), {"feb": make_table("feb", {"a": two})})
    assert "with a `types` step, such as {feb: [{types: {a: " in str(caught.value)


def test_a_column_that_one_lacks_is_refused_unless_filled(make_table, rows_of):
    jan = make_table("jan", {"a": [1], "b": ["x"]})
    feb = make_table("feb", {"a": [2], "c": [0.5]})
    with pytest.raises(ComponentError) as caught:
        Union(table="feb").apply(jan, {"feb": feb})
    assert "'jan' has no 'c'; 'feb' has no 'b'" in str(caught.value)
    assert "or write fill: null" in str(caught.value)
    done = parse(Operation, {"union": {"table": "feb", "fill": None}}).apply(jan, {"feb": feb})
    assert rows_of(done.table) == [(1, "x", None, 0), (2, None, 0.5, 1)]
    assert done.table.columns == {"a": "BIGINT", "b": "VARCHAR", "c": "DOUBLE"}
    assert done.table.lineage["b"] == {"jan.b"}


def test_parts_of_the_split_are_carried_or_neither_has_them(make_table, rows_of):
    jan = make_table("jan", {"a": [1], "__split": [0]})
    feb = make_table("feb", {"a": [2], "__split": [2]})
    assert rows_of(Union(table="feb").apply(jan, {"feb": feb}).table) == [(1, 0, 0), (2, 1, 2)]
    with pytest.raises(
        ComponentError, match="which rows of 'jan' are for training, but not which of 'plain'"
    ):
        Union(table="plain").apply(jan, {"plain": make_table("plain", {"a": [2]})})


def test_names_that_differ_in_case_alone_are_refused(make_table):
    jan, feb = make_table("jan", {"a": [1]}), make_table("feb", {"A": [1]})
    with pytest.raises(ComponentError, match=r"upper and lower case are alike\): a, A"):
        Union(table="feb", fill="null").apply(jan, {"feb": feb})


def test_unknown_and_repeated_tables(make_table):
    with pytest.raises(ComponentError, match="there is no table 'fev'; did you mean 'feb'"):
        Union(table="fev").apply(make_table("jan", {"a": [1]}), {"feb": make_table("feb", {"a": [1]})})
    with pytest.raises(ValidationError, match="names a table twice: feb"):
        Union(table=["feb", "feb"])
    with pytest.raises(ValidationError, match="at least one other table"):
        Union(table=[])


def test_written_forms_read_back():
    for form in ("feb", ["feb", "mar"], {"table": "feb", "fill": None}):
        union = parse(Operation, {"union": form})
        assert parse(Operation, union.written()) == union


def test_columns_that_were_matched_are_written_out_and_taken_again(make_table, rows_of):
    here = make_table("here", {"last_name": ["Li", "Ma", "Wu"], "city": ["x", "y", "z"]})
    there = make_table("there", {"lastname": ["Li", "Ma", "Wu"], "city": ["x", "y", "z"]})
    done = parse(Operation, {"union": {"table": "there", "match": "auto"}}).apply(here, {"there": there})
    assert done.learnt is not None
    assert (done.learnt.match, done.learnt.columns) == ("name", {"lastname": "last_name"})
    again = parse(Operation, done.learnt.written()).apply(here, {"there": there})
    assert rows_of(again.table) == rows_of(done.table)
    assert again.learnt is None
    plain = parse(Operation, {"union": {"table": "there", "match": "propose", "fill": None}})
    assert plain.apply(here, {"there": there}).learnt is None


def test_a_name_that_means_two_things_in_two_tables_stays_to_be_matched(make_table):
    texts, numbers = ["Li", "Ma", "Wu"], [1980, 1990, 2000]
    here = make_table("here", {"code_name": texts, "code_year": numbers})
    others = {
        "one": make_table("one", {"code": texts, "code_year": numbers}),
        "two": make_table("two", {"code_name": texts, "code": numbers}),
    }
    union = {"union": {"table": ["one", "two"], "match": "auto", "score": 0.5}}
    done = parse(Operation, union).apply(here, others)
    assert done.entry.added == 6
    assert list(done.table.columns) == ["code_name", "code_year"]
    assert done.learnt is None
