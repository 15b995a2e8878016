from datetime import date, datetime

import pytest
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError


def test_text_becomes_numbers_and_what_is_none_goes_to_quarantine(make_table, left, aside, raw_aside):
    table = make_table("t", {"x": ["1", " 2.5 ", "1e3", "ten", "inf", "nan", None, ""]})
    cleaned = clean(table, [{"types": {"x": "number"}}])
    assert cleaned.table.columns == {"x": "DOUBLE"}
    assert left(cleaned.table) == {"x": [1.0, 2.5, 1000.0, None], "__row": [0, 1, 2, 6]}
    assert aside(cleaned) == [(row, "types", "x is not of type number") for row in (3, 4, 5, 7)]
    assert [row["x"] for row in raw_aside(cleaned)] == ["ten", "inf", "nan", ""]
    (entry,) = cleaned.entries
    assert (entry.rows_in, entry.kept, entry.quarantined, entry.changed) == (8, 4, 4, {})


def test_an_integer_is_never_rounded(make_table, left):
    table = make_table(
        "t", {"x": ["7", "7.0", "7.5", "1e2", "9007199254740993"], "y": [1.0, 2.0, 2.5, 3.0, 4.0]}
    )
    cleaned = clean(
        table, [{"types": {"x": {"to": "integer", "else": None}, "y": {"to": "integer", "else": "null"}}}]
    )
    assert left(cleaned.table)["x"] == [7, 7, None, 100, 9007199254740993]
    assert left(cleaned.table)["y"] == [1, 2, None, 3, 4]
    assert cleaned.entries[0].changed == {"x": 1, "y": 1}
    assert cleaned.table.columns == {"x": "BIGINT", "y": "BIGINT"}


def test_a_decimal_is_never_rounded(make_table, left):
    cleaned = clean(make_table("t", {"x": ["1.25", "1.125", "3"]}), [{"types": {"x": "DECIMAL(10,2)"}}])
    assert [float(x) for x in left(cleaned.table)["x"]] == [1.25, 3.0]


def test_dates_are_read_by_their_formats_in_order(make_table, left):
    table = make_table("t", {"d": ["31/12/2013", "2013-02-01", "epoch", "30/02/2013", None]})
    cleaned = clean(
        table, [{"types": {"d": {"to": "date", "formats": ["%d/%m/%Y", "%Y-%m-%d"], "else": None}}}]
    )
    assert left(cleaned.table)["d"] == [date(2013, 12, 31), date(2013, 2, 1), None, None, None]
    assert cleaned.entries[0].changed == {"d": 2}


def test_iso_dates_and_times_need_no_format(make_table, left):
    table = make_table(
        "t", {"d": ["2013-01-05", " 2013-01-06"], "t": ["2013-01-05 10:20:30", "2013-01-05T10:00:00Z"]}
    )
    cleaned = clean(table, [{"types": {"d": "date", "t": "timestamp"}}])
    assert left(cleaned.table)["d"] == [date(2013, 1, 5), date(2013, 1, 6)]
    assert left(cleaned.table)["t"] == [datetime(2013, 1, 5, 10, 20, 30), datetime(2013, 1, 5, 10)]


def test_words_and_bits_become_booleans(make_table, left):
    table = make_table("t", {"w": ["Yes", "no", "T", "0", "maybe"], "n": [1, 0, 1, 0, 2]})
    cleaned = clean(
        table, [{"types": {"w": {"to": "boolean", "else": None}, "n": {"to": "boolean", "else": None}}}]
    )
    assert left(cleaned.table)["w"] == [True, False, True, False, None]
    assert left(cleaned.table)["n"] == [True, False, True, False, None]


def test_a_number_becomes_text_as_it_stands(make_table, left):
    cleaned = clean(make_table("t", {"zip": [35007, None]}), [{"types": {"zip": "category"}}])
    assert left(cleaned.table)["zip"] == ["35007", None]


def test_units_are_removed_first(data, read, left):
    beers = read(data("dirty/beers/dirty.csv"))
    cleaned = clean(beers, [{"types": {"abv": {"to": "number", "remove": ["%"], "else": None}}}])
    abv = left(cleaned.table)["abv"]
    assert cleaned.table.columns["abv"] == "DOUBLE"
    assert (len(abv), sum(value is None for value in abv), abv[:2]) == (2410, 62, [0.05, 0.066])


def test_blanks_of_telco_churn_are_named_with_their_rows(data, read, raw_aside):
    cleaned = clean(
        read(data("telco-churn/Telco-Customer-Churn.csv")), [{"types": {"TotalCharges": "number"}}]
    )
    assert (cleaned.entries[0].kept, cleaned.entries[0].quarantined) == (7032, 11)
    assert {row["TotalCharges"] for row in raw_aside(cleaned)} == {" "}
    assert {row["tenure"] for row in raw_aside(cleaned)} == {0}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"x": "nmber"}, "unknown type 'nmber'; did you mean 'number'"),
        ({"x": "INTEGER[]"}, "expected the type of a single value, received 'INTEGER\\[\\]'"),
        (
            {"x": {"to": "date", "formats": "dd/mm/yyyy"}},
            "expected a format such as %Y-%m-%d .* received 'dd/mm/yyyy'",
        ),
        ({"x": {"to": "date", "format": "%Y"}}, "unknown key 'format'; did you mean 'formats'"),
        ({"x": {"to": "date", "else": "drop"}}, "quarantine"),
        (
            {"columns": {"x": "date"}, "y": "date"},
            "short form .* and the full form .* are mixed: write 'y' inside",
        ),
    ],
)
def test_what_is_written_wrongly_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        parse(Step, {"types": written})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"aeg": "number"}, "table 't' has no column 'aeg'; did you mean 'age'"),
        ({"age": {"to": "date"}}, "column 'age' is BIGINT and can't be read as date"),
        ({"age": {"to": "number", "formats": "%Y"}}, "'formats' are for text .* column 'age' is BIGINT"),
        ({"age": {"to": "number", "remove": "%"}}, "'remove' is for text; column 'age' is BIGINT"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(make_table, written, message):
    with pytest.raises(ComponentError, match=message) as raised:
        clean(make_table("t", {"age": [1, 2]}), ["duplicates", {"types": written}])
    assert raised.value.path == (1,)
