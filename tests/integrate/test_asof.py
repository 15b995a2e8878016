"""As-of joins: each direction against a naive search, ties settled and counted, real weather by real flights."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.asof import Asof
from thalweg.integrate.operation import Operation

T0 = datetime(2024, 1, 1)
TRADES = {"id": [1, 2, 3, 4, 5], "k": ["a", "a", "b", None, "a"], "t": [10, 20, 10, 10, None]}
QUOTES = {"k": ["a", "a", "a", "b", None], "t": [10, 10, 18, 12, 5], "v": [1.0, 2.0, 3.0, 4.0, 5.0]}


def asof(**fields: Any) -> Asof:
    return Asof.model_validate({"table": "quotes", "on": "k", "time": "t", **fields})


def test_the_last_row_at_or_before_with_ties_and_missing_keys_counted(make_table, rows_of):
    trades, quotes = make_table("trades", TRADES), make_table("quotes", QUOTES)
    done = asof().apply(trades, {"quotes": quotes})
    assert list(done.table.columns) == ["id", "k", "t", "v"]
    assert [row[3] for row in rows_of(done.table)] == [2.0, 3.0, None, None, None]
    assert done.table.lineage["v"] == {"quotes.v"}
    assert (done.entry.rows_in, done.entry.kept, done.entry.added) == (5, 5, 0)
    assert done.entry.notes == {
        "matched": 2, "unmatched": 1, "missing_key_or_time": 2,
        "other_rows": 5, "other_missing_key_or_time": 1, "other_ties_passed_over": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"direction": "forward"}, [2.0, None, 4.0, None, None]),
        ({"direction": "nearest"}, [2.0, 3.0, 4.0, None, None]),
        ({"equal": False}, [None, 3.0, None, None, None]),
        ({"tolerance": 1}, [2.0, None, None, None, None]),
        ({"tolerance": 2}, [2.0, 3.0, None, None, None]),
        ({"on": None}, [2.0, 3.0, 2.0, 2.0, None]),
    ],
)
def test_directions_tolerance_and_no_key(make_table, rows_of, fields, values):
    quotes = {**QUOTES, "k": QUOTES["k"]} if fields.get("on", "k") else {"t": QUOTES["t"], "v": QUOTES["v"]}
    done = asof(**fields).apply(make_table("trades", TRADES), {"quotes": make_table("quotes", quotes)})
    assert [row[3] for row in rows_of(done.table)] == values


def test_an_inner_join_drops_with_reasons_and_the_other_time_comes_in_under_a_prefix(make_table, rows_of):
    trades, quotes = make_table("trades", TRADES), make_table("quotes", QUOTES)
    done = asof(how="inner", prefix="q_").apply(trades, {"quotes": quotes})
    assert list(done.table.columns) == ["id", "k", "t", "q_t", "q_v"]
    assert rows_of(done.table) == [(1, "a", 10, 10, 2.0, 0), (2, "a", 20, 18, 3.0, 1)]
    reasons = {reason.rule: reason.rows for reason in done.entry.reasons}
    assert reasons == {"no row of quotes backward in time": 1, "missing key or time": 2}
    assert done.entry.rows_out == done.table.count() == 2


def test_days_points_in_time_and_a_tolerance_in_words(make_table, rows_of):
    left = make_table("left", {"day": [date(2024, 1, 2), date(2024, 1, 5)]})
    times = [T0, T0 + timedelta(days=1, microseconds=1), T0 + timedelta(days=1)]
    right = make_table("right", {"at": times, "v": [1, 2, 3]})
    operation = Asof(table="right", time={"day": "at"}, tolerance="1 day")
    assert [row[2] for row in rows_of(operation.apply(left, {"right": right}).table)] == [3, None]


def test_what_does_not_fit_is_refused_with_both_types(make_table):
    left = make_table("left", {"k": [1], "t": [T0], "s": ["x"], "v": [1]})
    right = make_table("right", {"k": [1], "t": [1], "s": ["x"], "z": [2], "Z": [3]} | {"Z": [3]})
    with pytest.raises(ComponentError, match=r"'t' of 'left' is TIMESTAMP, 't' of 'right' is BIGINT"):
        Asof(table="right", time="t").apply(left, {"right": right})
    with pytest.raises(ComponentError, match="expected two dates, times or numbers"):
        Asof(table="right", time="s").apply(left, {"right": right})
    right = make_table("right2", {"t": [T0], "v": [1]})
    with pytest.raises(ComponentError, match="both tables have 'v'"):
        Asof(table="right2", time="t").apply(left, {"right2": right})
    right = make_table("right3", {"t": [T0], "w": [1]})
    with pytest.raises(ComponentError, match=r"tolerance should be a length of time such as '2 hours'"):
        Asof(table="right3", time="t", tolerance=5).apply(left, {"right3": right})
    with pytest.raises(ComponentError, match="has no time column 'tt'; did you mean 't'"):
        Asof(table="right3", time={"tt": "t"}).apply(left, {"right3": right})
    numbers = make_table("right4", {"v4": [1]})
    with pytest.raises(ComponentError, match=r"'v' is BIGINT, so the tolerance should be a number"):
        Asof(table="right4", time={"v": "v4"}, tolerance="1 day").apply(left, {"right4": numbers})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"time": {"a": "b", "c": "d"}}, "compares one time"),
        ({"on": []}, "asof needs at least one key column"),
        ({"on": ["k", "K"]}, "names a key column twice"),
        ({"tolerance": "2 months"}, "expected a length of time such as '7 days'"),
        ({"tolerance": -1}, "tolerance of at least 0"),
        ({"direction": "sideways"}, "'backward', 'forward' or 'nearest'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        asof(**fields)


def test_short_forms():
    written = {"asof": {"table": "quotes", True: "k", "time": "t"}}
    assert parse(Operation, written) == asof()
    assert asof().matches("quotes") == {"k": "k"}
    assert asof().matches("trades") == asof(on=None).matches("quotes") == {}
    assert parse(Operation, asof(tolerance="2 hours").written()) == asof(tolerance="2 hours")


times = st.none() | st.integers(0, 6)
sides = st.lists(st.tuples(st.sampled_from([None, "a", "b"]), times), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=sides,
    right=sides,
    direction=st.sampled_from(["backward", "forward", "nearest"]),
    equal=st.booleans(),
    tolerance=st.none() | st.integers(0, 3),
)
def test_every_direction_finds_what_a_naive_search_finds(
    module_session, table_of, rows_of, left, right, direction, equal, tolerance
):
    columns = lambda rows, **more: {  # noqa: E731
        "k": pa.array([k for k, _ in rows], pa.string()), "t": pa.array([t for _, t in rows], pa.int64()), **more,
    }  # fmt: skip
    here = table_of(module_session, "here", columns(left))
    there = table_of(module_session, "there", columns(right, v=pa.array(range(len(right)), pa.int64())))
    operation = Asof(table="there", on="k", time="t", direction=direction, equal=equal, tolerance=tolerance)
    done = operation.apply(here, {"there": there})
    wanted = [naive(row, right, direction, equal, tolerance) for row in left]
    assert [row[2] for row in rows_of(done.table)] == wanted
    assert done.entry.notes["matched"] == sum(value is not None for value in wanted)
    assert done.entry.kept == len(left)


def naive(row, right, direction, equal, tolerance):
    k, t = row
    found = []
    for place, (other, s) in enumerate(right):
        if None in (k, t, other, s) or k != other or (s == t and not equal):
            continue
        ahead = s > t
        fits = {"backward": not ahead, "forward": s >= t, "nearest": True}[direction]
        if fits and (tolerance is None or abs(s - t) <= tolerance):
            found.append((abs(s - t), ahead, -place))
    return -min(found)[2] if found else None


def test_each_flight_gets_the_last_weather_before_it(nycflights):
    operation = Asof(table="weather", on="origin", time="time_hour", tolerance="2 hours", prefix="w_")
    done = operation.apply(nycflights["flights"], nycflights)
    exact = 336_776 - 1_556  # what a join on the hour finds
    assert done.entry.notes["other_ties_passed_over"] == 0
    assert exact < done.entry.notes["matched"] <= 336_776
    assert done.table.count() == done.entry.rows_out == 336_776
    assert done.entry.notes["matched"] + done.entry.notes["unmatched"] == 336_776
