"""Gaps in series: rows put in, counted and marked; nothing from the future unless it was asked for."""

from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from pydantic import ValidationError

from thalweg.clean.gaps import Gaps
from thalweg.clean.run import clean
from thalweg.core.errors import ComponentError, DataError

HOUR0 = datetime(2024, 1, 1)


def at(*hours: float) -> list[datetime]:
    return [HOUR0 + timedelta(hours=hour) for hour in hours]


SERIES = {"t": at(0, 1, 4, 5, 0, 2), "s": ["a"] * 4 + ["b"] * 2, "x": [1.0, 2.0, 8.0, None, 5.0, 6.0]}


def gaps(**fields):
    return [{"gaps": {"time": "t", "every": "1 hour", "by": "s", **fields}}]


def rows(cleaned, left):
    found = left(cleaned.table)
    names = [name for name in found if name != "__row"]
    return sorted(zip(*(found[name] for name in names), strict=True), key=lambda row: (row[1], row[0]))


def test_rows_are_put_in_carried_forward_marked_and_counted(make_table, left):
    cleaned = clean(make_table("t", SERIES), gaps())
    assert [row[2:] for row in rows(cleaned, left)] == [
        (1.0, False), (2.0, False), (2.0, True), (2.0, True), (8.0, False), (8.0, True),
        (5.0, False), (5.0, True), (6.0, False),
    ]  # fmt: skip
    assert [row[0] for row in rows(cleaned, left)] == at(0, 1, 2, 3, 4, 5, 0, 1, 2)
    entry = cleaned.entries[0]
    assert (entry.rows_in, entry.kept, entry.added, entry.rows_out) == (6, 6, 3, 9)
    assert (entry.changed, entry.notes["gaps closed"]) == ({"x": 1}, 2)
    assert len(entry.notes["examples"]) == 1
    assert sorted(left(cleaned.table)["__row"]) == list(range(9))
    assert cleaned.table.lineage["filled"] == cleaned.table.lineage["x"] == {"t.x"}
    again = clean(cleaned.table, [{"gaps": {"time": "t", "every": "1 hour", "by": "s", "mark": "more"}}])
    assert (again.entries[0].added, again.entries[0].changed) == (0, {})


def test_a_step_after_it_sees_the_rows_that_were_put_in(make_table):
    cleaned = clean(make_table("t", SERIES), [*gaps(fill="none"), {"missing": {"x": "drop"}}])
    assert [(entry.rows_in, entry.rows_out) for entry in cleaned.entries] == [(6, 9), (9, 5)]


def test_a_line_is_drawn_only_when_asked_for(make_table, left):
    cleaned = clean(make_table("t", SERIES), gaps(fill="linear"))
    assert [row[2] for row in rows(cleaned, left)] == [1.0, 2.0, 4.0, 6.0, 8.0, None, 5.0, 5.5, 6.0]
    mixed = {**SERIES, "y": [1, 2, 3, 4, 5, 6]}
    cleaned = clean(make_table("u", mixed), gaps(fill={"x": "none", "y": "linear"}))
    assert [row[2:4] for row in rows(cleaned, left)][1:4] == [(2.0, 2), (None, 2), (None, 3)]


def test_long_gaps_stay_and_are_counted(make_table, left):
    entry = clean(make_table("t", SERIES), gaps(longest=1)).entries[0]
    assert (entry.added, entry.notes["gaps closed"], entry.notes["gaps too long"]) == (1, 1, 1)


def test_what_comes_later_changes_nothing_before(make_table, left):
    early = rows(clean(make_table("a", {n: v[:2] for n, v in SERIES.items()}), gaps()), left)
    table = {"t": at(0, 1, 9), "s": ["a"] * 3, "x": [1.0, 2.0, 1e9]}
    later = rows(clean(make_table("b", table), gaps()), left)
    assert later[:2] == early
    assert {row[2] for row in later[2:-1]} == {2.0}


def test_a_training_row_is_never_filled_from_a_row_that_judges(make_table, left):
    table = {"t": at(0, 1, 2, 4), "s": ["a"] * 4, "x": [1.0, 50.0, None, 9.0], "__split": [0, 2, 0, 0]}
    cleaned = clean(make_table("t", table), gaps())
    assert [row[2] for row in rows(cleaned, left)] == [1.0, 50.0, 1.0, 1.0, 9.0]
    assert cleaned.table.split
    assert cleaned.table.training().count() == 4
    drawn = clean(make_table("t", table), gaps(fill="linear"))
    assert [row[2] for row in rows(drawn, left)] == [1.0, 50.0, 5.0, 7.0, 9.0]


def test_days_and_zones(make_table, left):
    table = make_table("t", {"t": [date(2024, 1, 1), date(2024, 1, 3)], "x": ["p", "q"]})
    cleaned = clean(table, [{"gaps": {"time": "t", "every": "1 day"}}])
    assert left(cleaned.table)["t"] == [date(2024, 1, 1), date(2024, 1, 3), date(2024, 1, 2)]
    zoned = pa.array(at(0, 2), pa.timestamp("us", "UTC"))
    cleaned = clean(make_table("z", {"t": zoned, "x": [1, 2]}), [{"gaps": {"time": "t", "every": "1 hour"}}])
    assert cleaned.entries[0].added == 1
    assert cleaned.table.columns["t"] == "TIMESTAMP WITH TIME ZONE"


def test_rows_that_are_no_series_are_refused(make_table):
    with pytest.raises(DataError, match=r"1 rows of one s of 't' have the t of another(.|\n)*keys: \[s, t\]"):
        clean(make_table("t", {"t": at(0, 0), "s": ["a", "a"], "x": [1, 2]}), gaps())
    off = make_table("t", {"t": at(0, 1.5), "s": ["a", "a"], "x": [1, 2]})
    with pytest.raises(DataError, match=r"not a whole number of 1 hour before the next(.|\n)*off: keep"):
        clean(off, gaps())
    assert clean(off, gaps(off="keep")).entries[0].notes == {"rows off the grid": 1}
    with pytest.raises(DataError, match=r"at a row every 1 second, .* rows would be put into the 6 of 't'"):
        clean(make_table("t", SERIES | {"t": at(0, 1, 400, 401, 0, 2)}), gaps(every="1 second"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"time": "x"}, "time column 'x' is DOUBLE; expected dates or times"),
        ({"mark": "X"}, "would add a column 'X', which is there already"),
        ({"by": [], "fill": {"s": "linear"}}, "no line can be drawn between values of 's'"),
        ({"fill": {"xx": "forward"}}, "no column 'xx'; did you mean 'x'"),
    ],
)
def test_what_does_not_fit_is_told(make_table, fields, said):
    with pytest.raises(ComponentError, match=said):
        clean(make_table("t", SERIES), gaps(**fields))


def test_settings_and_days_by_the_hour(make_table):
    with pytest.raises(ValidationError, match="expected a length of time"):
        Gaps(time="t", every="1 month")
    with pytest.raises(ValidationError, match="the longest gap as a number of rows"):
        Gaps(time="t", every="1 day", longest=0)
    table = make_table("t", {"t": [date(2024, 1, 1)], "x": [1]})
    with pytest.raises(ComponentError, match="'t' holds days, so a series can't have a row every 1 hour"):
        clean(table, [{"gaps": {"time": "t", "every": "1 hour"}}])


def test_the_air_of_beijing(data, make_table):
    read = csv.read_csv(data("series/pollution.csv"), convert_options=csv.ConvertOptions(null_values=["NA"]))
    names = ("year", "month", "day", "hour")
    times = [datetime(*each) for each in zip(*(read[name].to_pylist() for name in names), strict=True)]
    lost = [
        place for place in range(43_824) if place % 100 < 3 and 100 <= place < 43_800
    ]  # three hours of each hundred
    keep = [place for place in range(43_824) if place not in set(lost)]
    air = {
        "t": pa.array(times).take(pa.array(keep)),
        "pm": read["pm2.5"].combine_chunks().take(pa.array(keep)),
    }
    cleaned = clean(make_table("air", air), [{"gaps": {"time": "t", "every": "1 hour"}}])
    entry = cleaned.entries[0]
    assert (entry.rows_in, entry.added, cleaned.table.count()) == (43_824 - len(lost), len(lost), 43_824)
    missing = air["pm"].null_count
    assert entry.changed == {"pm": missing - 24}  # nothing is known of the first day


def test_the_transformer_has_no_gaps(data, make_table):
    read = csv.read_csv(data("ett/ETTh1.csv"))
    table = make_table("ett", {name: read[name].combine_chunks() for name in read.column_names})
    entry = clean(table, [{"gaps": {"time": "date", "every": "1 hour"}}]).entries[0]
    assert (entry.rows_in, entry.added, entry.changed, entry.notes) == (17_420, 0, {}, {})
