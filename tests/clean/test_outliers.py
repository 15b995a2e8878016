import pytest
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError

NAN = float("nan")


@pytest.mark.parametrize(
    ("action", "values", "rows"),
    [
        ("quarantine", [0.0, 5.0, None, NAN], [1, 2, 4, 5]),
        (None, [None, 0.0, 5.0, None, None, NAN], [0, 1, 2, 3, 4, 5]),
        ("clip", [0.0, 0.0, 5.0, 5.0, None, NAN], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_bounds_that_are_given(make_table, left, action, values, rows):
    table = make_table("t", {"x": [-0.5, 0.0, 5.0, float("inf"), None, NAN]})
    cleaned = clean(table, [{"outliers": {"x": {"between": [0, 5], "action": action}}}])
    found = left(cleaned.table)
    assert [str(value) for value in found["x"]] == [str(value) for value in values]
    assert found["__row"] == rows
    assert cleaned.entries[0].changed == ({} if action == "quarantine" else {"x": 2})


def test_a_bound_may_be_open_and_an_integer_is_clipped_inside_the_bound(make_table, left):
    table = make_table("t", {"x": [1, 5, 99]})
    cleaned = clean(table, [{"outliers": {"x": {"between": [1.5, None], "action": "clip"}}}])
    assert left(cleaned.table)["x"] == [2, 5, 99]
    cleaned = clean(table, [{"outliers": {"x": [None, 10.5]}}])
    assert cleaned.entries[0].reasons[0].rule == "x not at most 10.5"
    assert cleaned.table.columns == {"x": "BIGINT"}


def test_bounds_are_learnt_from_the_training_rows_alone(make_table, left):
    values = [*range(1, 102), 500, -500]
    table = make_table("t", {"x": values, "__split": [0] * 101 + [1, 2]})
    cleaned = clean(table, [{"outliers": {"x": {"iqr": 1.5}}}])
    # quartiles of 1..101 are the 26th and the 76th value
    assert cleaned.entries[0].notes == {"bounds of x": [26 - 75.0, 76 + 75.0]}
    assert cleaned.entries[0].quarantined == 2
    assert cleaned.steps[0].written()["columns"]["x"]["between"] == [-49.0, 151.0]
    assert cleaned.steps[0].written()["columns"]["x"]["iqr"] is None
    again = clean(table, [parse(Step, cleaned.steps[0].written())])
    assert left(again.table) == left(cleaned.table)


def test_the_median_absolute_deviation_is_scaled_to_a_standard_deviation(make_table):
    cleaned = clean(make_table("t", {"x": [1, 2, 3, 4, 5, 100]}), [{"outliers": {"x": {"mad": 2}}}])
    # median 3; deviations 0 1 1 2 2 97, their median (the 3rd) 1
    assert cleaned.entries[0].notes == {"bounds of x": [3 - 2 * 1.4826, 3 + 2 * 1.4826]}
    assert cleaned.entries[0].quarantined == 1


def test_the_wind_of_1048_miles_an_hour_is_found(nycflights, read, aside):
    steps = [
        {"missing": {"as": "NA"}},
        {"types": {"wind_speed": "number"}},
        {"outliers": {"wind_speed": {"iqr": 10}}},
    ]
    cleaned = clean(read(nycflights("weather")), steps)
    assert aside(cleaned) == [(1009, "outliers", "wind_speed not between -62.14212 and 82.85616")]


def test_dates_may_be_bounded(make_table, left):
    from datetime import date

    table = make_table("t", {"d": [date(2012, 12, 31), date(2013, 1, 1)]})
    cleaned = clean(table, [{"outliers": {"d": ["2013-01-01", "2014-01-01"]}}])
    assert left(cleaned.table)["d"] == [date(2013, 1, 1)]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"x": {"between": [5, 1]}}, "bounds are reversed: 5 is above 1; write them as \\[low, high\\]"),
        ({"x": [None, None]}, "expected bounds as \\[low, high\\], received none"),
        ({"x": ["a", 1]}, "expected two bounds of one sort, received 'a' and 1"),
        ({"x": [0, float("inf")]}, "expected finite bounds"),
        (
            {"x": {"between": [0, 1], "iqr": 1.5}},
            "expected one of between, iqr, mad .* received between and iqr",
        ),
        ({"x": {"action": "clip"}}, "expected one of between, iqr, mad .* received none"),
        ({"x": {"iqr": -1}}, "expected a number above 0, such as 1.5, received -1"),
        ({"x": {"iqr": 1, "action": "remove"}}, "quarantine"),
    ],
)
def test_what_is_written_wrongly_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        parse(Step, {"outliers": written})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"distanse": {"iqr": 1}}, "no column 'distanse'; did you mean 'distance'"),
        (
            {"carrier": {"iqr": 1}},
            "outliers of column 'carrier' can't be learnt: it is VARCHAR, not a number",
        ),
        (
            {"carrier": [0, 1]},
            "a bound of column 'carrier' must be a value of type VARCHAR, received 0; give the column a type",
        ),
        ({"distance": {"iqr": 1}}, "at least half of its training values are 5"),
        ({"empty": {"mad": 1}}, "no training row has a value there"),
        ({"flag": [0, 1]}, "column 'flag' is BOOLEAN: its values have no order"),
        ({"distance": ["2013-01-01", None]}, "must be a value of type BIGINT, received '2013-01-01'"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(make_table, written, message):
    import pyarrow as pa

    columns = {
        "distance": [5, 5, 5, 9],
        "carrier": ["UA"] * 4,
        "empty": pa.array([None] * 4, pa.float64()),
        "flag": [True] * 4,
    }
    with pytest.raises(ComponentError, match=message):
        clean(make_table("t", columns), [{"outliers": written}])
