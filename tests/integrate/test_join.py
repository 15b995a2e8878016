"""Joins: real tables with known counts, promises kept or told, and every row accounted against a naive oracle."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlglot import exp

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.engines.table import ROW
from thalweg.integrate.join import Join
from thalweg.integrate.operation import Operation

LEFT = {"id": [1, 2, 3, 4, 5], "k": ["a", "b", None, "c", "a"]}
RIGHT = {"k": ["a", "b", "d", None], "v": [10, 20, 40, 50]}


def join(**fields: Any) -> Join:
    return Join.model_validate({"table": "right", "on": "k", **fields})


def test_left_join_keeps_every_row_and_counts_those_without_a_partner(make_table, rows_of):
    left, right = make_table("left", LEFT), make_table("right", RIGHT)
    done = join().apply(left, {"right": right})
    assert list(done.table.columns) == ["id", "k", "v"]
    assert done.table.columns["v"] == "BIGINT"
    assert rows_of(done.table) == [
        (1, "a", 10, 0), (2, "b", 20, 1), (3, None, None, 2), (4, "c", None, 3), (5, "a", 10, 4),
    ]  # fmt: skip
    assert (done.entry.rows_in, done.entry.kept, done.entry.dropped, done.entry.added) == (5, 5, 0, 0)
    assert done.entry.notes == {
        "matched": 3, "unmatched": 1, "missing_key": 1, "other_rows": 4, "other_unused": 1, "other_missing_key": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("how", "ids", "columns", "reasons"),
    [
        ("inner", [1, 2, 5], ["id", "k", "v"], {"no row of right with the same k": 1, "missing k": 1}),
        ("semi", [1, 2, 5], ["id", "k"], {"no row of right with the same k": 1, "missing k": 1}),
        ("anti", [3, 4], ["id", "k"], {"has a row of right with the same k": 3}),
    ],
)
def test_rows_that_leave_are_dropped_with_a_reason(make_table, rows_of, how, ids, columns, reasons):
    left, right = make_table("left", LEFT), make_table("right", RIGHT)
    done = join(how=how).apply(left, {"right": right})
    assert [row[0] for row in rows_of(done.table)] == ids
    assert list(done.table.columns) == columns
    assert {reason.rule: reason.rows for reason in done.entry.reasons} == reasons
    assert all(reason.fate == "dropped" for reason in done.entry.reasons)
    assert done.entry.rows_out == len(ids)


def test_semi_and_anti_joins_do_not_mind_repeats(make_table, rows_of):
    left, right = make_table("left", LEFT), make_table("right", {"k": ["a", "a", "a"]})
    assert [row[0] for row in rows_of(join(how="semi").apply(left, {"right": right}).table)] == [1, 5]
    assert join(how="anti").apply(left, {"right": right}).entry.kept == 3


def test_a_key_of_other_names_and_a_prefix(make_table, rows_of):
    left = make_table("left", {"dest": ["IAH", "MIA"], "name": ["x", "y"]})
    right = make_table("right", {"faa": ["MIA", "IAH"], "name": ["Miami", "Houston"], "lat": [25.8, 30.0]})
    done = join(on={"dest": "faa"}, prefix="dest_").apply(left, {"right": right})
    assert rows_of(done.table) == [("IAH", "x", "Houston", 30.0, 0), ("MIA", "y", "Miami", 25.8, 1)]
    assert list(done.table.columns) == ["dest", "name", "dest_name", "dest_lat"]
    assert done.table.lineage["dest_name"] == {"right.name"}
    assert done.table.lineage["dest"] == {"left.dest"}


def test_the_part_of_a_row_comes_from_the_main_table(make_table, rows_of):
    left = make_table("left", {"k": [1, 2], "__split": [0, 2]})
    right = make_table("right", {"k": [2, 1], "v": [7, 8], "__split": [1, 1], "__row": [50, 51]})
    done = join().apply(left, {"right": right})
    assert done.table.split
    assert rows_of(done.table) == [(1, 8, 0, 0), (2, 7, 1, 2)]


def test_a_join_that_fans_out_against_its_expectation_says_where(make_table):
    left = make_table("left", LEFT)
    right = make_table(
        "right", {"k": ["b", "a", "b", "b", "c", "c", None, None], "v": [1, 2, 3, 1, 5, 5, 6, 7]}
    )
    with pytest.raises(DataError) as caught:
        join().apply(left, {"right": right})
    message = str(caught.value)
    assert "join right: expected many-to-one on k, but 2 keys repeat in 'right'" in message
    assert "for example k = b stands in rows 0 and 2, which differ in v" in message
    assert "remove the repeats in clean: {right: [{duplicates: {keys: [k]}}]}" in message
    assert "expect: many-to-many" in message


def test_repeats_that_are_alike_are_called_so(make_table):
    left, right = make_table("left", LEFT), make_table("right", {"k": ["c", "c"], "v": [5, 5]})
    with pytest.raises(
        DataError, match=r"but 1 key repeats .* rows 0 and 1, which are alike in every column"
    ):
        join().apply(left, {"right": right})


def test_one_to_one_and_one_to_many_look_at_this_side_too(make_table):
    left, right = make_table("left", LEFT), make_table("right", RIGHT)
    for expect, wider in (("one-to-one", "many-to-one"), ("one-to-many", "many-to-many")):
        with pytest.raises(DataError) as caught:
            join(expect=expect).apply(left, {"right": right})
        assert f"expected {expect} on k, but 1 key repeats in 'left'; for example k = a" in str(caught.value)
        assert f"write expect: {wider}" in str(caught.value)


def test_a_join_allowed_to_fan_out_numbers_its_rows_anew(make_table, rows_of):
    left = make_table("left", {"k": ["a", "b", "z"], "__split": [0, 1, 2]})
    right = make_table("right", {"k": ["b", "a", "a"], "v": [1, 2, 3]})
    done = join(expect="one-to-many").apply(left, {"right": right})
    assert rows_of(done.table) == [("a", 2, 0, 0), ("a", 3, 1, 0), ("b", 1, 2, 1), ("z", None, 3, 2)]
    assert (done.entry.rows_in, done.entry.kept, done.entry.added, done.entry.rows_out) == (3, 3, 1, 4)


def test_columns_of_one_name_are_refused_with_advice(make_table):
    left = make_table("left", {"k": [1], "year": [2013], "name": ["x"]})
    right = make_table("right", {"k": [1], "Year": [1999], "name": ["y"], "other": [1]})
    with pytest.raises(ComponentError) as caught:
        join().apply(left, {"right": right})
    assert "both tables have 'Year', 'name'; give the columns of 'right' a prefix" in str(caught.value)
    assert "prefix: right_" in str(caught.value)
    assert list(join(prefix="p_").apply(left, {"right": right}).table.columns)[3:] == [
        "p_Year",
        "p_name",
        "p_other",
    ]


@pytest.mark.parametrize(
    ("one", "two", "types"),
    [
        (pa.array([1]), pa.array(["1"]), ("BIGINT", "VARCHAR")),
        (
            pa.array([0], pa.timestamp("us")),
            pa.array([0], pa.timestamp("us", "UTC")),
            ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
        ),
        (pa.array([0], pa.date32()), pa.array([0], pa.timestamp("us")), ("DATE", "TIMESTAMP")),
        (pa.array([True]), pa.array([1]), ("BOOLEAN", "BIGINT")),
    ],
)
def test_keys_that_cannot_be_compared_name_both_types_and_the_step(make_table, one, two, types):
    left, right = make_table("left", {"k": one}), make_table("right", {"k": two})
    with pytest.raises(ComponentError) as caught:
        join().apply(left, {"right": right})
    assert f"'k' of 'left' is {types[0]}, 'k' of 'right' is {types[1]}" in str(caught.value)
    assert f"[{{types: {{k: {types[0]}}}}}]" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (pa.array([1, 2]), pa.array([2.0, 3.0])),
        (pa.array([1, 2], pa.int8()), pa.array([2, 3], pa.int64())),
        (pa.array(["1", "2"]), pa.array(["2", "3"]).dictionary_encode()),
        (pa.array([1, 2], pa.timestamp("s")), pa.array([2_000, 3_000], pa.timestamp("ms"))),
    ],
)
def test_numbers_match_numbers_and_text_matches_text(make_table, one, two):
    left, right = make_table("left", {"k": one}), make_table("right", {"k": two, "v": [7, 8]})
    assert join().apply(left, {"right": right}).entry.notes["matched"] == 1


def test_unknown_tables_and_columns_are_told_with_the_nearest_name(make_table):
    left, right = make_table("left", LEFT), make_table("right", RIGHT)
    with pytest.raises(ComponentError, match="there is no table 'rihgt'; did you mean 'right'"):
        join(table="rihgt").apply(left, {"right": right})
    with pytest.raises(ComponentError, match="table 'left' has no key column 'idd'; did you mean 'id'"):
        join(on={"idd": "k"}).apply(left, {"right": right})
    with pytest.raises(ComponentError, match="table 'right' has no key column 'key'"):
        join(on={"k": "key"}).apply(left, {"right": right})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"table": "right", "on": []}, "join needs at least one key column"),
        ({"table": "right", "on": ["k", "K"]}, "names a key column twice in `on`: k, K"),
        ({"table": "right", "on": "k", "how": "semi", "expect": "many-to-one"}, "leave out expect"),
        ({"table": "right", "on": "k", "how": "anti", "prefix": "r_"}, "leave out prefix"),
        ({"table": "right", "on": "k", "how": "outer"}, "'left', 'inner', 'semi' or 'anti'"),
        ({"table": "right"}, "Field required"),
    ],
)
def test_settings_that_make_no_sense_are_refused(written, said):
    with pytest.raises(ValidationError, match=said):
        Join.model_validate(written)


def test_short_forms():
    assert parse(Operation, {"join": {"table": "right", "on": ["a", "b"]}}).matches("right") == {
        "a": "a",
        "b": "b",
    }
    assert Join.model_validate({"table": "right", True: "k"}).keys == {
        "k": "k"
    }  # YAML 1.1 reads `on` as true
    assert join().matches("left") == {}
    assert parse(Operation, join(prefix="p").written()) == join(prefix="p")


def test_flights_with_weather_planes_and_airports(nycflights):
    flights = nycflights["flights"]
    weather = Join(table="weather", on=["origin", "time_hour"], prefix="w_").apply(flights, nycflights)
    assert weather.entry.rows_in == weather.entry.rows_out == weather.table.count() == 336_776
    assert (weather.entry.notes["unmatched"], weather.entry.notes["other_unused"]) == (1_556, 6_737)
    planes = Join(table="planes", on="tailnum", prefix="plane_").apply(weather.table, nycflights)
    assert planes.table.count() == 336_776
    assert (planes.entry.notes["unmatched"], planes.entry.notes["missing_key"]) == (50_094, 2_512)
    assert planes.entry.notes["other_unused"] == 0
    airports = Join(table="airports", on={"dest": "faa"}, how="inner", prefix="dest_").apply(
        planes.table, nycflights
    )
    assert airports.table.count() == airports.entry.rows_out == 336_776 - 7_602
    assert airports.table.columns["w_temp"] == "DOUBLE"


def test_weather_by_airport_alone_would_multiply_flights(nycflights):
    with pytest.raises(
        DataError, match="but 3 keys repeat in 'weather'; for example origin = EWR stands in rows 0 and 1"
    ):
        Join(table="weather", on="origin", prefix="w_").apply(nycflights["flights"], nycflights)


def test_chinook_invoices_and_their_lines(data, module_session, table_of):
    def load(name: str):
        read = csv.read_csv(data(f"chinook/csv/{name}.csv"))
        return table_of(
            module_session, name, {column: read[column].combine_chunks() for column in read.column_names}
        )

    tables = {name: load(name) for name in ("Invoice", "InvoiceLine", "Customer")}
    customers = Join(table="Customer", on="CustomerId").apply(tables["Invoice"], tables)
    assert (customers.entry.kept, customers.entry.notes["matched"]) == (412, 412)
    lines = Join(table="InvoiceLine", on="InvoiceId", expect="one-to-many").apply(customers.table, tables)
    assert (lines.entry.kept, lines.entry.added, lines.table.count()) == (412, 2_240 - 412, 2_240)
    assert lines.table.aggregate(different=exp.Count(this=exp.Distinct(expressions=[sql.column(ROW)]))) == {
        "different": 2_240
    }


keys = st.lists(st.tuples(st.sampled_from([None, 1, 2, 3, 4]), st.sampled_from([None, "a", "b"])), max_size=9)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=keys, right=keys, how=st.sampled_from(["left", "inner", "semi", "anti"]))
def test_every_row_is_accounted_for_as_a_naive_join_counts_them(
    module_session, table_of, rows_of, left, right, how
):
    tables = {
        name: table_of(
            module_session,
            name,
            {
                "k": pa.array([k for k, _ in rows], pa.int64()),
                "j": pa.array([j for _, j in rows], pa.string()),
                name: pa.array(range(len(rows)), pa.int64()),
            },
        )
        for name, rows in (("one", left), ("two", right))
    }
    expect = None if how in ("semi", "anti") else "many-to-many"
    done = Join(table="two", on=["k", "j"], how=how, expect=expect).apply(tables["one"], tables)
    partners = {
        i: [j for j, key in enumerate(right) if key == each and None not in each]
        for i, each in enumerate(left)
    }
    expected: list[tuple[int, int | None]] = []
    for i, found in partners.items():
        expected += [(i, j) for j in found] if how in ("left", "inner") else []
        expected += [(i, None)] if (how == "left" and not found) or (how == "semi" and found) else []
        expected += [(i, None)] if how == "anti" and not found else []
    rows = rows_of(done.table)
    seen = [(row[2], row[3] if how in ("left", "inner") else None) for row in rows]
    assert seen == sorted(expected, key=lambda pair: (pair[0], pair[1] if pair[1] is not None else -1))
    assert len({row[-1] for row in rows}) == len(rows)
    entry = done.entry
    assert entry.rows_in == len(left)
    assert entry.rows_out == len(expected)
    assert entry.kept == len({i for i, _ in expected})
    assert entry.notes["missing_key"] == sum(None in key for key in left)
    assert entry.notes["matched"] == sum(bool(found) for found in partners.values())
    used = {j for found in partners.values() for j in found}
    assert entry.notes["other_unused"] == sum(None not in key for key in right) - len(used)
    repeats = [key for key, times in Counter(right).items() if times > 1 and None not in key]
    if how == "left" and repeats:
        with pytest.raises(DataError, match="repeat"):
            Join(table="two", on=["k", "j"]).apply(tables["one"], tables)
