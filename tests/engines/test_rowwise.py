"""What is a function of one row, and the type it has."""

from __future__ import annotations

import pytest

from thalweg.core.errors import ComponentError
from thalweg.engines.rowwise import parse_rowwise, type_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A > 1", "BOOLEAN"),
        ("a", "BIGINT"),
        ("CASE WHEN a IS NULL THEN 0 ELSE a / 2 END", "DOUBLE"),
        ("greatest(a, 2) - least(a, 3)", "BIGINT"),
        ("date_diff('day', DATE '2013-01-01', CAST(d AS DATE))", "BIGINT"),
        ("regexp_matches(d, '^x')", "BOOLEAN"),
        ("a IN (1, 2) OR d LIKE 'x%'", "BOOLEAN"),
    ],
)
def test_functions_of_a_row(make_table, text, kind):
    table = make_table("t", {"a": [1], "d": ["2013-05-05"]})
    expression = parse_rowwise(table, text)
    assert type_of(table, expression, "here") == kind


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("count(*) > 1", "the rule 'count(*) > 1' looks at other rows: 'COUNT(*)'"),
        ("row_number() OVER () > a", "looks at other rows"),
        ("a > epoch(current_timestamp)", "another value on every run"),
        ("gen_random_uuid() = d", "another value on every run"),
        ("COLUMNS('a')", "one value, without AS or *"),
        ("TRUE", "in double quotes or without quotes it is a column"),
    ],
)
def test_what_is_none(make_table, text, said):
    table = make_table("t", {"a": [1], "d": ["x"]})
    with pytest.raises(ComponentError) as caught:
        parse_rowwise(table, text, "rule")
    assert said in str(caught.value)


def test_a_type_that_does_not_fit_says_so(make_table):
    table = make_table("t", {"a": [1], "d": ["x"]})
    with pytest.raises(ComponentError, match="step 3 does not fit the columns of 't'"):
        type_of(table, parse_rowwise(table, "d + 1"), "step 3")
