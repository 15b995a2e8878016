import pytest

from thalweg.clean.mojibake import mend
from thalweg.clean.numbers import NumberRule
from thalweg.clean.run import clean
from thalweg.clean.variants import collisions, slips
from thalweg.core.errors import ComponentError


def one(make_table, left, values, step):
    cleaned = clean(make_table("t", {"x": values}), [step])
    return left(cleaned.table)["x"], cleaned


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        (["1.234,56", "12,5", "1.000", "(4,50)", "-3"], {}, [1234.56, 12.5, 1000.0, -4.5, -3.0]),
        (["$1,200", "$3.50", "-$4", "($5)", "$1.2k"], {}, [1200.0, 3.5, -4.0, -5.0, 1200.0]),
        (["12%", "5 %", "3"], {"percent": "points"}, [12.0, 5.0, 3.0]),
        (["3 kg", "2000 g", "1 lb"], {"unit": "kg"}, [3.0, 2.0, 0.45359237]),
        (["32 °F", "100 C"], {"unit": "c"}, [0.0, 100.0]),
        (["1.2k", "3M", "1e3", "2万"], {}, [1200.0, 3e6, 1000.0, 20000.0]),
        (["12 oz. can", "1 lb"], {"unit": "oz", "words": True}, [12.0, 16.0]),
    ],
)
def test_numbers_are_read_as_people_write_them(make_table, left, values, rule, expected):
    found, _ = one(make_table, left, values, {"numbers": {"x": rule}})
    assert found == pytest.approx(expected, abs=1e-9)


def test_a_text_that_is_no_number_is_set_aside_and_the_decimal_mark_is_told(make_table, left, aside):
    found, cleaned = one(make_table, left, ["1,234", "1.5", "2.5", "many"], {"numbers": "x"})
    assert found == [1234.0, 1.5, 2.5]
    assert aside(cleaned) == [(3, "numbers", "x is not a number")]
    assert "1 fit both" in cleaned.entries[0].notes["x: decimal mark"]


def test_mixed_currencies_are_refused(make_table, left):
    with pytest.raises(ComponentError, match=r"mixes currencies \(\$, €\), which have no fixed rate"):
        one(make_table, left, ["$1", "€2"], {"numbers": "x"})


def test_an_unknown_unit_names_the_nearest():
    with pytest.raises(ValueError, match="unknown unit 'grms'"):
        NumberRule(unit="grms")


def test_dates_are_read_one_by_one_and_the_order_is_told(make_table, left):
    values = ["2024-03-05", "5/3/2024", "13/3/2024", "5 March 2024", "Mar 5, 2024", "2024年3月5日"]
    found, cleaned = one(make_table, left, values, {"dates": "x"})
    assert [str(day) for day in found] == ["2024-03-05", "2024-03-05", "2024-03-13", *["2024-03-05"] * 3]
    assert "day first taken" in cleaned.entries[0].notes["x: order"]


def test_times_of_zones_become_utc(make_table, left):
    values = ["2024-03-05 10:00+08:00", "1709632800", "1709632800000", "2024-03-05 18:00"]
    found, _ = one(make_table, left, values, {"dates": {"x": {"zone": "Asia/Shanghai"}}})
    assert [str(at)[:16] for at in found] == ["2024-03-05 02:00", *["2024-03-05 10:00"] * 3]


def test_dates_that_say_nothing_of_their_order_are_refused(make_table, left):
    with pytest.raises(ComponentError, match=r"say \{x: \{first: day\}\} or \{x: \{first: month\}\}"):
        one(make_table, left, ["1/2/2024", "3/4/2024"], {"dates": "x"})


def test_booleans_of_many_spellings(make_table, left):
    values = ["Oui", "non", "是", "否", "X", None, "on ", "maybe"]
    found, cleaned = one(make_table, left, values, {"booleans": {"x": {"blank": "no", "else": "null"}}})
    assert found == [True, False, True, False, True, False, True, None]
    assert cleaned.entries[0].notes["examples"][-1] == {
        "row": 7, "column": "x", "before": "maybe", "after": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("cafÃ©", "café"), ("donâ€™t", "don’t"), ("é", "é"), ("ÃƒÂ©tÃ©", "été"), ("ä¸\xadæ–‡", "中文")],
)
def test_mojibake_is_mended_and_nothing_else(make_table, left, wrong, right):
    assert one(make_table, left, [wrong], "mojibake")[0] == [right]
    assert mend(right) == right


def test_spellings_are_told_and_replaced_only_when_asked(make_table, left):
    values = ["Baltimore"] * 40 + ["Baltimpre", "baltimore"]
    found, told = one(make_table, left, values, {"spellings": ["x"]})
    assert found == values
    assert told.entries[0].notes["x: spellings"] == {"Baltimpre": "Baltimore", "baltimore": "Baltimore"}
    found, done = one(make_table, left, values, {"spellings": {"columns": ["x"], "apply": True}})
    assert set(found) == {"Baltimore"}
    assert done.steps[0].written()["columns"]["x"]["map"] == {
        "Baltimpre": "Baltimore",
        "baltimore": "Baltimore",
    }


def test_values_apart_in_digits_or_signs_are_two_values():
    assert slips({"flat one 1": 100, "flat one 2": 1}) == {}
    assert collisions({"<=50K": 5, ">50K": 1}) == {}


def test_a_cell_gives_way_to_the_majority_of_its_key_and_ties_stay(make_table, left):
    table = make_table(
        "t", {"zip": [1] * 5 + [2] * 4, "city": ["Bend", "Bend", "Bend", "Bxnd", "Bend", "A", "A", "B", "B"]}
    )
    cleaned = clean(table, [{"dependencies": {"zip": "city"}}])
    assert left(cleaned.table)["city"] == ["Bend"] * 5 + ["A", "A", "B", "B"]
    assert cleaned.entries[0].changed == {"city": 1}
    assert cleaned.entries[0].notes["undecided keys"] == {"zip → city": 1}


def test_the_majority_is_of_training_rows(make_table, left):
    table = make_table("t", {"k": [1] * 7, "v": ["a"] * 3 + ["b"] * 4, "__split": [0] * 3 + [2] * 4})
    assert left(clean(table, [{"dependencies": {"k": "v"}}]).table)["v"] == ["a"] * 7


def test_two_values_in_one_cell_are_parted(make_table, left):
    table = make_table(
        "t", {"city": ["Denver CO", "Boulder", "Aspen", "San Jose"], "state": [None, "CO", "CO", None]}
    )
    found = left(clean(table, [{"fused": {"city": "state"}}]).table)
    assert found["city"] == ["Denver", "Boulder", "Aspen", "San Jose"]
    assert found["state"] == ["CO", "CO", "CO", None]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"dependencies": {"zip": "zip"}}, "both the key and what the key decides"),
        ({"fused": {"x": "x"}}, "expected two columns"),
        ({"booleans": {"x": {"yes": ["q"], "no": ["Q"]}}}, "'q' is given for yes and for no"),
        ({"dates": {"x": {"zone": "Mars/North"}}}, "unknown time zone 'Mars/North'"),
        ({"numbers": {"y": {}}}, "has no column 'y'"),
    ],
)
def test_what_is_written_wrongly_is_said(make_table, step, message):
    with pytest.raises(ValueError, match=message):
        clean(make_table("t", {"x": ["1"]}), [step])


@pytest.mark.parametrize("name", ["hospital", "beers"])
def test_right_cells_stay_as_they_are(data, read, left, name):
    table = read(data(f"dirty/{name}/clean.csv"))
    assert all(not entry.changed for entry in clean(table, "auto").entries)


def test_what_is_neither_yes_nor_no_is_set_aside_and_nothing_else(make_table, left):
    values = ["yes", "no", None, " ", "maybe", "settled"]
    found, cleaned = one(make_table, left, values, {"booleans": {"x": {"yes": "settled"}}})
    assert found == [True, False, None, None, True]
    assert cleaned.entries[0].reasons[0].rule == "x is neither yes nor no"
    assert cleaned.entries[0].quarantined == 1
