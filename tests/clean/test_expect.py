import pytest
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError


def test_each_rule_is_broken_by_its_own_rows_and_never_by_a_missing_value(make_table, aside):
    table = make_table(
        "t",
        {
            "n": [1, 7000, None, 5, 5, 5, 5, 5],
            "origin": ["EWR", "EWR", None, "ORD", "JFK", "JFK", "JFK", "JFK"],
            "code": ["AB", "CD", None, "EF", "EFG", "GH", "IJ", "KL"],
            "id": [1, 2, None, 4, 5, 1, 7, None],
            "must": [1, 2, 3, 4, 5, 6, None, 8],
        },
    )
    rules = {
        "n": {"between": [1, 6000]},
        "origin": {"in": ["EWR", "JFK", "LGA"]},
        "code": {"regex": "[A-Z]{2}"},
        "id": "unique",
        "must": "not_null",
    }
    cleaned = clean(table, [{"expect": rules}])
    assert aside(cleaned) == [
        (1, "expect", "n not between 1 and 6000"),
        (3, "expect", "origin not in EWR, JFK, LGA"),
        (4, "expect", "code not matching [A-Z]{2}"),
        (5, "expect", "id not unique"),
        (6, "expect", "must is missing"),
    ]
    (entry,) = cleaned.entries
    assert (entry.rows_in, entry.kept, entry.quarantined) == (8, 3, 5)
    assert [reason.rows for reason in entry.reasons] == [1, 1, 1, 1, 1]


def test_a_row_is_told_by_the_first_rule_it_breaks(make_table, aside):
    table = make_table("t", {"a": [9], "b": [9]})
    step = {"expect": {"a": {"between": [0, 1]}, "b": {"between": [0, 1]}}}
    with pytest.raises(Exception, match="none of the 1 rows"):
        clean(table, [step])
    table = make_table("u", {"a": [9, 0], "b": [9, 0]})
    assert aside(clean(table, [step])) == [(0, "expect", "a not between 0 and 1")]


def test_conditions_on_a_row_pass_where_they_can_not_be_told(make_table, aside):
    table = make_table("t", {"dep": [1, 5, None, 2], "arr": [2, 3, 1, 3]})
    cleaned = clean(table, [{"expect": {"rows": ["arr > DEP", "dep != 2 or dep is null"]}}])
    assert aside(cleaned) == [(1, "expect", "not arr > DEP"), (3, "expect", "not dep != 2 or dep is null")]


def test_a_column_named_rows_and_lists_of_flags(make_table, aside):
    table = make_table("t", {"rows": [1, 1, None]})
    cleaned = clean(table, [{"expect": {"columns": {"rows": ["not_null", "unique"]}}}])
    assert [rule for _, _, rule in aside(cleaned)] == ["rows not unique", "rows is missing"]
    assert len(aside(clean(table, [{"expect": {"rows": {"not_null": True}}}]))) == 1


def test_long_lists_are_shortened_in_words(make_table, aside):
    table = make_table("t", {"n": [1, 99]})
    cleaned = clean(table, [{"expect": {"n": {"in": list(range(20))}}}])
    assert aside(cleaned)[0][2] == "n not in 0, 1, 2, 3, 4, 5, … (14 more)"


def test_misspelt_conditions_of_hospitals_are_set_aside(data, read):
    hospital = read(data("dirty/hospital/dirty.csv"))
    truth = read(data("dirty/hospital/clean.csv"))
    rules = {"emergency_service": {"in": ["yes", "no"]}, "zip": {"regex": "[0-9]{5}"}}
    assert clean(truth, [{"expect": {"EmergencyService": {"in": ["yes", "no"]}}}]).entries[0].quarantined == 0
    entry = clean(hospital, [{"expect": rules}]).entries[0]
    assert entry.quarantined == sum(reason.rows for reason in entry.reasons) > 30


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"x": {"between": [6000, 1]}}, "bounds are reversed: 6000 is above 1"),
        ({"x": "notnull"}, "expected not_null or unique, or one of .* received 'notnull'"),
        ({"x": {}}, "a rule that expects nothing"),
        ({"x": {"in": []}}, "a rule that expects nothing"),
        ({"x": {"regexp": "a"}}, "unknown key 'regexp'; did you mean 'regex'"),
        ({"columns": {"x": "unique"}, "y": "unique"}, "write 'y' inside 'columns'"),
    ],
)
def test_what_is_written_wrongly_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        parse(Step, {"expect": written})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"distanc": "unique"}, "no column 'distanc'; did you mean 'distance'"),
        ({"distance": {"regex": "[0-9]+"}}, "a regex is for text; column 'distance' is BIGINT"),
        (
            {"carrier": {"regex": "[A-Z"}},
            "the regex '\\[A-Z' of column 'carrier' is not valid: .*missing \\]",
        ),
        (
            {"carrier": {"between": [1, 6000]}},
            "a bound of column 'carrier' must be a value of type VARCHAR, received 1",
        ),
        (
            {"distance": {"in": ["EWR"]}},
            "a value of column 'distance' must be a value of type BIGINT, received 'EWR'",
        ),
        ({"rows": "distance >"}, "the condition 'distance >' is not valid SQL"),
        ({"rows": "distnce > 1"}, "names no known column: .*did you mean 'distance'"),
        ({"rows": "1 = 1"}, "'1 = 1' names no column"),
        (
            {"rows": "distance + 1"},
            "expected a condition that is true or false, received 'distance \\+ 1', which is BIGINT",
        ),
        ({"rows": "distance > avg(distance)"}, "looks at other rows"),
        ({"rows": "distance > lag(distance) over (order by distance)"}, "looks at other rows"),
        ({"rows": "distance in (select 1)"}, "may use columns and functions only"),
        ({"rows": "frobnicate(distance)"}, "frobnicate"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(make_table, written, message):
    with pytest.raises(ComponentError, match=message):
        clean(make_table("t", {"distance": [1], "carrier": ["UA"]}), [{"expect": written}])
