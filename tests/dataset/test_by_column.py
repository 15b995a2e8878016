"""Splits that the data brings along."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.dataset.parts import parts
from thalweg.core.component import parse
from thalweg.dataset.split import Split


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (["train", "dev", "test", "x", None, "train"], (["train"], "dev", "test")),
        ([1, 4, 5, 9, None, 2], ([1, 2, 3], 4, [5])),
        ([1.0, 4.0, 5.0, 9.5, None, 2.0], ([1, 2], 4, 5)),
    ],
)
def test_rows_go_where_the_column_says(make_table, values, named):
    training, validation, test = named
    split = parse(Split, {"column": "fold", "training": training, "validation": validation, "test": test})
    table = make_table("t", {"fold": values})
    assert parts(table, split.fit(table)) == [0, 1, 2, None, None, 0]


def test_booleans_are_named_as_they_are_written(make_table):
    split = parse(Split, {"column": "held_out", "training": False, "validation": "maybe", "test": True})
    table = make_table("t", {"held_out": [True, False, None]})
    assignment = split.fit(table)
    assert parts(table, assignment) == [2, 0, None]
    assert assignment.rule == "as held_out says: training False; validation maybe; test True"
    assert assignment.expression(make_table("none", {"other": [1]})) is None


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"training": ["a", "b"], "validation": ["b"], "test": ["c"]}, "named for more than one part: b"),
        ({"training": ["a"], "validation": [], "test": ["c"]}, "no value of 'fold' is named for validation"),
        ({"training": ["a"], "test": ["c"]}, "validation"),
    ],
)
def test_names_that_make_no_sense(named, said):
    with pytest.raises(ValidationError, match=said):
        parse(Split, {"column": "fold", **named})
