"""Windows over time: what each moment is told, what is kept from it, and an account of every row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.lineage import derived_from
from thalweg.integrate.operation import Operation
from thalweg.integrate.windows import Windows

ROWS: dict[str, Any] = {
    "k": ["a", "a", "a", "a", "a", "b", "b", None, "b"],
    "t": [3, 1, 2, 5, 4, 2, 1, 1, None],
    "v": [3.0, None, 2.0, 5.0, 4.0, 20.0, 10.0, 0.0, 0.0],
    "w": ["c", "a", "b", "e", "d", "y", "x", "", ""],
}


def windows(**fields: Any) -> Windows:
    return Windows.model_validate({"by": "k", "time": "t", "values": "v", "steps": 2, **fields})


def test_a_moment_has_its_past_and_its_future_in_order(make_table, rows_of):
    done = windows(values=["v", "w"], target="v", horizon=2).apply(make_table("main", ROWS), {})
    assert done.table.columns == {
        "k": "VARCHAR",
        "t": "BIGINT",
        "v": "DOUBLE[]",
        "w": "VARCHAR[]",
        "v_next": "DOUBLE[]",
    }
    assert rows_of(done.table) == [
        ("a", 3, [2.0, 3.0], ["b", "c"], [4.0, 5.0], 0),
        ("a", 2, [None, 2.0], ["a", "b"], [3.0, 4.0], 2),
    ]


def test_every_row_is_accounted_for(make_table, rows_of):
    done = windows(target="v", horizon=2).apply(make_table("main", ROWS), {})
    entry = done.entry
    assert (entry.rows_in, entry.kept, entry.dropped, entry.quarantined) == (9, 2, 5, 2)
    assert [(reason.fate, reason.rule, reason.rows) for reason in entry.reasons] == [
        ("dropped", "fewer than 2 rows up to it", 2),
        ("dropped", "fewer than 2 rows after it", 3),
        ("quarantined", "no k or t", 2),
    ]
    (aside,) = done.aside
    assert aside.rule == "no k or t"
    assert [row[-1] for row in rows_of(aside.rows)] == [7, 8]


def test_without_a_target_the_last_row_is_a_moment_and_other_columns_are_its_own(make_table, rows_of):
    done = windows(short="keep").apply(make_table("main", ROWS), {})
    assert [row[:4] for row in rows_of(done.table)] == [
        ("a", 3, [2.0, 3.0], "c"),
        ("a", 1, [None], "a"),
        ("a", 2, [None, 2.0], "b"),
        ("a", 5, [4.0, 5.0], "e"),
        ("a", 4, [3.0, 4.0], "d"),
        ("b", 2, [10.0, 20.0], "y"),
        ("b", 1, [10.0], "x"),
    ]


def test_moments_are_a_stride_apart_in_each_course(make_table, rows_of):
    table = make_table("main", {"k": [0] * 7 + [1] * 7, "t": [*range(7)] * 2, "v": range(14)})
    done = windows(stride=3).apply(table, {})
    assert [row[2] for row in rows_of(done.table)] == [[0, 1], [3, 4], [7, 8], [10, 11]]
    assert done.entry.reasons[1].rule == "between two moments, 3 rows apart"
    kept = windows(stride=3, short="keep").apply(table, {})
    assert [row[2] for row in rows_of(kept.table)] == [[0], [2, 3], [5, 6], [7], [9, 10], [12, 13]]


def test_a_future_in_another_part_of_the_split_makes_no_moment(make_table, rows_of):
    """The past may: it is known by then."""
    table = make_table("main", {"t": range(8), "v": range(8), "__split": [0, 0, 0, 0, 1, 1, 2, 2]})
    done = windows(by=[], target="v", horizon=1).apply(table, {})
    assert [row[1:3] for row in rows_of(done.table)] == [
        ([0, 1], [2]),
        ([1, 2], [3]),
        ([3, 4], [5]),
        ([5, 6], [7]),
    ]
    assert [(reason.rule, reason.rows) for reason in done.entry.reasons] == [
        ("fewer than 2 rows up to it", 1),
        ("fewer than 1 rows after it", 1),
        ("the rows after it reach into another part of the split", 2),
    ]
    untold = make_table(
        "again", {"t": range(4), "v": range(4), "__split": pa.array([0, 0, 0, None], pa.int8())}
    )
    assert windows(by=[], target="v", horizon=1).apply(untold, {}).entry.kept == 1


def test_only_what_comes_after_shares_the_source_of_the_target(make_table):
    table = make_table("main", ROWS)
    done = windows(values=["v", "w"], target=["v", "w"], horizon=1).apply(table, {})
    assert done.table.lineage["v"] == {"main.v"}
    assert done.table.lineage["v_next"] == {"main.t, later", "main.v, later"}
    assert list(derived_from(done.table, "v_next")) == ["w_next"]


def test_rows_of_one_time_follow_each_other_as_in_the_source_and_are_counted(make_table, rows_of):
    days = [datetime(2024, 1, day) for day in (2, 1, 1)]
    table = make_table("main", {"t": days, "v": [1, 2, 3]})
    done = windows(by=[], steps=3).apply(table, {})
    assert [row[1] for row in rows_of(done.table)] == [[2, 3, 1]]
    assert done.entry.notes == {"at_the_time_of_the_row_before": 1}


COURSES = st.lists(
    st.tuples(st.sampled_from("xyz"), st.integers(0, 5), st.none() | st.integers(-3, 3)),
    min_size=1,
    max_size=14,
)


@given(COURSES, st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.booleans())
@settings(max_examples=25)
def test_lists_are_those_of_a_naive_reading(
    module_session, table_of, rows_of, course, steps, horizon, stride, keep
):
    keys, times, values = zip(*course, strict=True)
    arrays = {"k": list(keys), "t": list(times), "v": pa.array(values, pa.int64())}
    table = table_of(module_session, "courses", arrays)
    asked = windows(steps=steps, target="v", horizon=horizon, stride=stride, short="keep" if keep else "drop")
    done = asked.apply(table, {})
    wanted = {}
    for key in set(keys):
        rows = sorted(
            (row for row in range(len(keys)) if keys[row] == key), key=lambda row: (times[row], row)
        )
        first = 0 if keep else steps - 1
        for place in range(first, len(rows) - horizon, stride):
            past, future = rows[max(0, place + 1 - steps) : place + 1], rows[place + 1 : place + 1 + horizon]
            wanted[rows[place]] = ([values[row] for row in past], [values[row] for row in future])
    assert {row[-1]: (row[2], row[3]) for row in rows_of(done.table)} == wanted
    assert done.entry.kept == len(wanted)


def test_hourly_temperatures_of_two_years(make_table, data):
    columns = csv.read_csv(data("ett/ETTh1.csv")).to_pydict()
    table = make_table("ett", {"date": columns["date"], "OT": columns["OT"]})
    asked = {"time": "date", "values": "OT", "steps": 96, "target": "OT", "horizon": 96, "stride": 24}
    done = parse(Operation, {"windows": asked}).apply(table, {})
    assert done.entry.kept == (17_420 - 192) // 24 + 1
    ((past, future),) = table.session.rows(
        done.table.query.copy().limit(1).select("OT", "OT_next", append=False)
    )
    assert past + future == columns["OT"][:192]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"values": []}, "needs one column or several in `values`"),
        ({"values": ["v", "V"]}, "names a column twice: v"),
        ({"target": "v"}, "needs `target` and `horizon` together"),
        ({"horizon": 3}, "needs `target` and `horizon` together"),
        ({"values": "t"}, "'t' orders or divides the rows; it can't be in `values` too"),
        ({"steps": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        windows(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"values": "u"}, "no column 'u'; known: "),
        ({"time": "s"}, "no time column 's'"),
        ({"time": "w"}, "expected dates, times or numbers in the time column 'w', found VARCHAR"),
        ({"target": "v", "horizon": 1}, r"columns of one name .*: V_next, v_next"),
    ],
)
def test_settings_that_do_not_fit_the_table_are_refused(fields, message, make_table):
    table = make_table("main", ROWS | {"V_next": [0] * 9})
    with pytest.raises(ComponentError, match=message):
        windows(**fields).apply(table, {})
