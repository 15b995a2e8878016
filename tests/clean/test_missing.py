import pytest
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError

NAN = float("nan")


def test_each_column_has_its_rule(make_table, left):
    table = make_table(
        "t", {"a": [1, None, 3], "b": ["x", None, None], "c": [None, 2.0, NAN], "d": [None, 1, 2]}
    )
    cleaned = clean(table, [{"missing": {"a": "drop", "b": "keep", "c": {"constant": 0}}}])
    assert left(cleaned.table) == {
        "a": [1, 3],
        "b": ["x", None],
        "c": [0.0, 0.0],
        "d": [None, 2],
        "__row": [0, 2],
    }
    (entry,) = cleaned.entries
    assert (entry.rows_in, entry.kept, entry.dropped) == (3, 2, 1)
    assert [(r.fate, r.rule, r.rows) for r in entry.reasons] == [("dropped", "a is missing", 1)]
    assert entry.changed == {"c": 2}


def test_spellings_are_missing_before_the_rules_are_applied(make_table, left):
    table = make_table("t", {"a": ["1", " ? ", "NA", "x"], "b": ["", "y", "-", "z"], "n": [1, -999, 3, 4]})
    step = {
        "missing": {
            "as": ["?", "NA"],
            "a": "drop",
            "b": {"as": ["", "-"], "constant": "none"},
            "n": {"as": -999},
        }
    }
    cleaned = clean(table, [step])
    assert left(cleaned.table) == {"a": ["1", "x"], "b": ["none", "z"], "n": [1, 4], "__row": [0, 3]}
    assert cleaned.entries[0].changed == {"b": 1}
    everywhere = clean(table, [{"missing": {"as": ["?", "NA", -999]}}])
    assert left(everywhere.table)["a"] == ["1", None, None, "x"]
    assert everywhere.entries[0].changed == {"a": 2, "n": 1}


def test_question_marks_of_adult(data, read):
    adult = read(data("adult/adult.data"), autogenerate_column_names=True)
    cleaned = clean(adult, [{"missing": {"as": "?"}}])
    assert cleaned.entries[0].changed == {"f1": 1836, "f6": 1843, "f13": 583}


def test_a_value_is_carried_forward_in_order_within_its_group(make_table, left):
    table = make_table(
        "t",
        {
            "id": ["a", "b", "a", "a", "b", "a"],
            "time": [3, 1, 1, 2, 2, 2],
            "y": [None, None, 10, None, 5, 7],
        },
    )
    cleaned = clean(table, [{"missing": {"y": {"carry": {"by": "id", "order": "time"}}}}])
    # group a in order: rows 2 (10), 3 (missing; before row 5 by position), 5 (7), 0 (missing); group b: 1 (missing), 4
    assert left(cleaned.table)["y"] == [7, None, 10, 10, 5, 7]
    assert cleaned.entries[0].changed == {"y": 2}
    assert cleaned.entries[0].kept == 6


def test_carrying_sees_kept_rows_only_and_goes_on_with_later_steps(make_table, left):
    table = make_table("t", {"time": [1, 2, 3], "y": [10.0, 99.0, None]})
    steps = [
        {"expect": {"y": {"between": [0, 50]}}},
        {"missing": {"y": {"carry": {"order": "time"}}}},
        "duplicates",
    ]
    cleaned = clean(table, steps)
    assert left(cleaned.table) == {"time": [1, 3], "y": [10.0, 10.0], "__row": [0, 2]}
    assert [entry.step for entry in cleaned.entries] == ["expect", "missing", "duplicates"]


def test_no_value_is_carried_from_rows_that_judge_to_rows_that_train(make_table, left):
    table = make_table(
        "t", {"time": [1, 2, 3, 4, 5], "y": [1, 2, None, None, None], "__split": [0, 2, 0, 1, 2]}
    )
    cleaned = clean(table, [{"missing": {"y": {"carry": {"order": "time"}}}}])
    assert left(cleaned.table)["y"] == [1, 2, 1, 1, 2]


def test_pressure_of_the_weather_is_carried_within_its_airport(nycflights, read):
    weather = read(nycflights("weather"))
    steps = [
        {"missing": {"as": "NA"}},
        {"types": {"pressure": "number"}},
        {"missing": {"pressure": {"carry": {"by": "origin", "order": "time_hour"}}}},
    ]
    cleaned = clean(weather, steps)
    assert cleaned.entries[0].changed["pressure"] == 2729
    assert cleaned.entries[2].changed == {"pressure": 2729}
    assert cleaned.table.lineage["pressure"] == {"weather.pressure", "weather.origin", "weather.time_hour"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            {"x": {"constant": 0, "carry": {"order": "t"}}},
            "expected one of then, constant, carry .* received constant and carry",
        ),
        ({"x": {"then": "drop", "constant": 0}}, "received then and constant"),
        ({"x": {"then": "constant"}}, "'constant' needs a value"),
        ({"x": {"carry": {"by": "id"}}}, "order"),
        ({"x": {"carry": {"order": []}}}, "carry needs 'order'"),
        ({"x": "dorp"}, "keep"),
        ({"columns": {"x": "drop"}, "y": "drop"}, "write 'y' inside 'columns'"),
        ({"x": {"constnt": 0}}, "unknown key 'constnt'; did you mean 'constant'"),
    ],
)
def test_what_is_written_wrongly_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        parse(Step, {"missing": written})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"ar_delay": "drop"}, "no column 'ar_delay'; did you mean 'arr_delay'"),
        (
            {"arr_delay": {"constant": "none"}},
            "the constant of column 'arr_delay' must be a value of type BIGINT, received 'none'",
        ),
        ({"arr_delay": {"constant": 0.5}}, "must be a value of type BIGINT, received 0.5"),
        ({"carrier": {"constant": 0}}, "type VARCHAR, received 0"),
        ({"day": {"constant": "2013-13-01"}}, "type DATE, received '2013-13-01'"),
        ({"arr_delay": {"as": ["NA"]}}, "a spelling of missing of column 'arr_delay' .* received 'NA'"),
        ({"arr_delay": {"carry": {"order": "hour"}}}, "no column 'hour'"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(make_table, written, message):
    import datetime

    table = make_table("t", {"arr_delay": [1], "carrier": ["UA"], "day": [datetime.date(2013, 1, 1)]})
    with pytest.raises(ComponentError, match=message):
        clean(table, [{"missing": written}])
