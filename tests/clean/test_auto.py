import pytest

from thalweg.clean.auto import Auto
from thalweg.clean.run import clean


def test_the_weather_is_read_as_it_was_meant(nycflights, read, left):
    weather = read(nycflights("weather"))
    cleaned = clean(weather, "auto")
    assert [(e.step, e.rows_in, e.kept) for e in cleaned.entries] == [
        ("missing", 26115, 26115),
        ("types", 26115, 26115),
        ("outliers", 26115, 26115),
    ]
    assert cleaned.entries[0].changed == {
        "temp": 1, "dewp": 1, "humid": 1, "wind_dir": 460, "wind_speed": 4, "wind_gust": 20778, "pressure": 2729,
    }  # fmt: skip
    assert cleaned.entries[2].changed == {"wind_speed": 1}
    assert {name: kind for name, kind in cleaned.table.columns.items() if weather.columns[name] == "VARCHAR"} == {
        "origin": "VARCHAR", "temp": "DOUBLE", "dewp": "DOUBLE", "humid": "DOUBLE", "wind_dir": "BIGINT",
        "wind_speed": "DOUBLE", "wind_gust": "DOUBLE", "pressure": "DOUBLE",
    }  # fmt: skip
    assert max(value for value in left(cleaned.table)["wind_speed"] if value is not None) == pytest.approx(
        42.57886
    )
    assert cleaned.quarantined is None
    assert "year has one value only; left as it is" in cleaned.log
    assert "wind_speed: 1048.36058 stands alone, far from all other values" in cleaned.log
    assert any("temp: 'NA' (1 rows seen) stands for missing" in why for why in cleaned.log)


def test_the_steps_it_took_give_the_same_table_again(nycflights, read):
    planes = read(nycflights("planes"))
    cleaned = clean(planes, "auto")
    again = clean(planes, [step.written() for step in cleaned.steps])
    assert [step.kind for step in cleaned.steps] == ["missing", "types"]
    assert (again.entries, again.table.columns) == (cleaned.entries, cleaned.table.columns)
    assert again.log == []


def test_blanks_of_telco_churn_become_missing_and_no_row_is_lost(data, read):
    cleaned = clean(read(data("telco-churn/Telco-Customer-Churn.csv")), "auto")
    assert [entry.kept for entry in cleaned.entries] == [7043, 7043, 7043]
    assert cleaned.entries[1].changed == {"TotalCharges": 11}
    assert cleaned.table.columns["TotalCharges"] == "DOUBLE"
    assert cleaned.table.columns["Churn"] == "VARCHAR" or cleaned.table.columns["Churn"] == "BOOLEAN"


def test_adult_keeps_its_long_tails_and_merges_what_occurs_twice(data, read):
    cleaned = clean(read(data("adult/adult.data"), autogenerate_column_names=True), "auto")
    told = {entry.step: (entry.kept, entry.changed) for entry in cleaned.entries}
    assert told["missing"] == (32561, {"f1": 1836, "f6": 1843, "f13": 583})
    assert told["duplicates"] == (32537, {})
    assert set(told) == {"text", "missing", "duplicates"}
    assert "24 of 32,561 rows equal another in every column" in cleaned.log


def test_typing_errors_of_hospital_are_repaired_by_the_columns_that_decide(data, read):
    cleaned = clean(read(data("dirty/hospital/dirty.csv")), "auto")
    changed = {entry.step: sum(entry.changed.values()) for entry in cleaned.entries}
    assert changed["dependencies"] >= 400
    assert changed["spellings"] == 32
    assert cleaned.table.count() == 1000
    for entry in cleaned.entries:
        shown = [one["column"] for one in entry.notes.get("examples", ())]
        assert len(set(shown)) == min(len(entry.changed), 12)
        assert all(shown.count(name) == min(entry.changed[name], 3) for name in shown)


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        (["yes", "No", "YES", "no", "yes"], "BOOLEAN", "are of type boolean"),
        (["2013-01-05", "2013-01-06", "2013-02-01", "2013-02-02", "2013-03-01"], "DATE", "are of type date"),
        (["2013-01-05 10:00"] * 4 + ["2013-01-06"], "TIMESTAMP", "are of type timestamp"),
        (["31/12/2013", "01/02/2013", "05/02/2013", "06/02/2013", "07/02/2013"], "DATE", "of type date"),
        (["12/31/2013", "01/02/2013", "05/02/2013", "06/02/2013", "07/02/2013"], "DATE", "of type date"),
        (
            ["01/02/2013", "05/02/2013", "06/02/2013", "07/02/2013", "08/02/2013"],
            "VARCHAR",
            "%d/%m/%Y or %m/%d/%Y",
        ),
        (["5 Jan 2013", "6 Feb 2013", "7 Mar 2013", "8 Apr 2013", "9 Dec 2013"], "DATE", "of type date"),
        (["01234", "56789", "00001", "10000", "20000"], "VARCHAR", "names, not numbers"),
        (["12345678901234567"] * 5, "VARCHAR", "names, not numbers"),
        (["1", "2", "3", "4", "x"], "VARCHAR", None),
        (["1", "2"], "VARCHAR", None),
    ],
)
def test_texts_get_the_type_that_nearly_all_of_them_have(make_table, values, kind, said):
    cleaned = clean(make_table("t", {"x": values, "row": list(range(len(values)))}), "auto")
    assert cleaned.table.columns["x"] == kind
    assert said is None or any(said in why for why in cleaned.log)


def test_a_few_values_of_another_type_become_missing_and_are_counted(make_table, left):
    values = [str(n) for n in range(199)] + ["about 7"]
    cleaned = clean(make_table("t", {"x": values}), "auto")
    assert cleaned.table.columns["x"] == "BIGINT"
    assert cleaned.entries[-1].changed == {"x": 1}
    assert left(cleaned.table)["x"][-1] is None


def test_na_among_codes_of_countries_is_namibia(make_table, left):
    codes = make_table("t", {"country": ["NA", "ZA", "BW", "DE"], "size": ["NA", "12 m", "13 m", "14 m"]})
    cleaned = clean(codes, "auto")
    assert left(cleaned.table)["country"] == ["NA", "ZA", "BW", "DE"]
    assert left(cleaned.table)["size"] == [None, "12 m", "13 m", "14 m"]


def test_rows_that_are_alike_by_nature_are_left(make_table):
    narrow = clean(make_table("t", {"a": [1, 1, 2], "b": [0, 0, 1]}), "auto")
    assert (narrow.steps, narrow.table.count()) == ([], 3)
    assert "1 of 3 rows equal another in every column; left, as they may be meant" in narrow.log


def test_a_lonely_value_at_either_end_is_emptied_but_a_tail_is_not(make_table, left):
    body = [float(n % 100) for n in range(1000)]
    tail = [1.01**n for n in range(1000)]
    table = make_table("t", {"high": [*body, 99999.0], "low": [*body, -99999.0], "tail": [*tail, 1.01**1400]})
    cleaned = clean(table, "auto")
    found = left(cleaned.table)
    assert (found["high"][-1], found["low"][-1]) == (None, None)
    assert found["tail"][-1] == 1.01**1400
    assert cleaned.entries[-1].changed == {"high": 1, "low": 1}
    assert cleaned.steps[-1].written()["columns"]["high"]["between"] == [None, 198.0]


def test_it_looks_at_training_rows_only(make_table):
    values = ["1", "2", "3", "4", "5", "?", "x"]
    cleaned = clean(make_table("t", {"x": values, "__split": [0, 0, 0, 0, 0, 1, 2]}), "auto")
    assert [step.kind for step in cleaned.steps] == ["types"]
    assert cleaned.entries[0].changed == {"x": 2}
    assert Auto().propose(make_table("u", {"x": values, "__split": [1] * 7})) == []
