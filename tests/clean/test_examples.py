"""What the report is given to show: cells before and after, rows that left, and the row they were merged into."""

from thalweg.clean.run import clean


def test_each_column_has_its_first_changed_cells(make_table):
    table = make_table("t", {"a": [" x"] * 5 + ["y"], "b": ["z"] * 5 + [" w "], "c": ["q"] * 6})
    (entry,) = clean(table, [{"text": "trim"}]).entries
    assert entry.changed == {"a": 5, "b": 1}
    assert entry.notes["examples"] == [
        *({"row": row, "column": "a", "before": " x", "after": "x"} for row in range(3)),
        {"row": 5, "column": "b", "before": " w ", "after": "w"},
    ]


def test_a_cell_of_a_row_that_left_is_no_example(make_table):
    table = make_table("t", {"k": ["?", "1", "2"], "s": [" a ", " b ", "c"]})
    dropped, trimmed = clean(table, [{"missing": {"as": "?", "k": "drop"}}, {"text": "trim"}]).entries
    assert [one["row"] for one in trimmed.notes["examples"]] == [1]
    assert dropped.notes["rows left"] == [
        {"fate": "dropped", "rule": "k is missing", "row": 0, "cells": {"k": "?", "s": " a "}}
    ]


def test_a_merged_row_is_shown_with_the_row_that_stayed(make_table):
    table = make_table("t", {"k": [7, 8, 7, 7, None, None], "v": [1, 2, 3, 4, 5, 5]})
    (entry,) = clean(table, [{"duplicates": {"keys": "k", "keep": "last", "by": "v"}}]).entries
    assert [(one["row"], one["into"], one["cells"]["v"]) for one in entry.notes["rows left"]] == [
        (0, 3, "1"),
        (2, 3, "3"),
    ]
    (entry,) = clean(table, ["duplicates"]).entries
    assert [(one["row"], one["into"]) for one in entry.notes["rows left"]] == [(5, 4)]


def test_three_rows_of_each_rule_are_shown_and_long_values_cut(make_table):
    table = make_table("t", {"a": [None] * 5 + ["x" * 200] * 5, "b": [1] * 5 + [None] * 4 + [1]})
    (entry,) = clean(table, [{"missing": {"a": "drop", "b": "drop"}}]).entries
    shown = entry.notes["rows left"]
    assert [(one["rule"], one["row"]) for one in shown] == [
        *(("a is missing", row) for row in range(3)),
        *(("b is missing", row) for row in range(5, 8)),
    ]
    assert shown[-1]["cells"] == {"a": "x" * 79 + "…", "b": None}
