"""Aggregates over what came before a row: against a naive oracle, blind to what comes later, exact in any order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.integrate.aggregate import Aggregate
from thalweg.integrate.lineage import derived_from
from thalweg.integrate.operation import Operation

DAY0 = datetime(2024, 1, 1)


def day(number: float) -> datetime:
    return DAY0 + timedelta(days=number)


CUSTOMERS = {"id": [1, 2, 3, None], "signup": [day(10), day(10), day(10), day(10)]}
ORDERS = {
    "customer": [1, 1, 1, 1, 1, 2, None],
    "at": [day(1), day(3), day(9), day(10), day(11), day(10.5), day(2)],
    "amount": [5.0, 7.0, None, 100.0, 100.0, 9.0, 1.0],
    "product": ["a", "a", "b", "z", "z", "c", "d"],
}
FULL = {
    "table": "orders",
    "on": {"id": "customer"},
    "time": {"signup": "at"},
    "windows": ["7 days", "all"],
    "values": {"amount": ["sum", "mean", "last", "max", "count"], "product": "distinct", "*": "count"},
    "since": True,
}


def test_only_what_came_before_counts_and_every_row_stays(make_table, rows_of):
    customers, orders = make_table("customers", CUSTOMERS), make_table("orders", ORDERS)
    done = Aggregate.model_validate(FULL).apply(customers, {"orders": orders})
    names = list(done.table.columns)
    assert names[2:9] == [
        "orders_amount_sum_7_days", "orders_amount_mean_7_days", "orders_amount_last_7_days",
        "orders_amount_max_7_days",
        "orders_amount_count_7_days", "orders_product_distinct_7_days", "orders_count_7_days",
    ]  # fmt: skip
    assert names[9:] == [
        "orders_amount_sum", "orders_amount_mean", "orders_amount_last", "orders_amount_max", "orders_amount_count",
        "orders_product_distinct", "orders_count", "orders_days_since_last",
    ]  # fmt: skip
    first, second, third, nobody = (row[2:-1] for row in rows_of(done.table))
    assert first == (7.0, 7.0, 7.0, 7.0, 1, 2, 2, 12.0, 6.0, 7.0, 7.0, 2, 2, 3, 1.0)
    nothing = (None, None, None, None, 0, 0, 0, None, None, None, None, 0, 0, 0, None)
    assert second == third == nobody == nothing
    assert (done.entry.rows_in, done.entry.kept, done.entry.added, done.table.count()) == (4, 4, 0, 4)
    assert done.entry.notes == {
        "with_history": 1, "without_history": 2, "missing_key_or_time": 1, "other_rows": 7,
        "other_missing_key_or_time": 1,
    }  # fmt: skip


def test_a_window_begins_at_its_length_before_the_row_and_holds_that_moment(make_table, rows_of):
    rows = make_table("rows", {"t": [100]})
    events = make_table("events", {"at": [89, 90, 99, 100], "v": [1, 2, 4, 8]})
    operation = Aggregate(
        table="events", time={"t": "at"}, windows=[10], values={"v": ["sum"]}, since=True, prefix="e_"
    )
    assert rows_of(operation.apply(rows, {"events": events}).table) == [(100, 6, 1, 0)]
    assert operation.makes() == ("e_v_sum_10",)


def test_without_a_key_all_that_came_before_counts(make_table, rows_of):
    rows, events = make_table("rows", {"t": [2, 1]}), make_table("events", {"at": [1, 0, 1], "v": [5, 6, 7]})
    operation = Aggregate(table="events", time={"t": "at"}, values={"v": ["last", "sum"]}, prefix="e_")
    assert rows_of(operation.apply(rows, {"events": events}).table) == [(2, 7, 18, 0), (1, 6, 6, 1)]


def test_without_time_all_rows_of_the_key_count(make_table, rows_of):
    invoices = make_table("invoices", {"id": [1, 2, None], "x": [0, 0, 0]})
    lines = make_table(
        "lines", {"invoice": [1, 1, None], "price": [Decimal("0.10"), Decimal("0.20"), Decimal("9.99")]}
    )
    operation = Aggregate(
        table="lines", on={"id": "invoice"}, values={"price": ["sum", "mean"], "*": ["count"]}
    )
    done = operation.apply(invoices, {"lines": lines})
    assert [row[2:5] for row in rows_of(done.table)] == [
        (Decimal("0.30"), 0.15, 2), (None, None, 0), (None, None, 0),
    ]  # fmt: skip
    assert done.table.lineage["lines_price_sum"] == {"lines.price"}
    assert done.table.columns["lines_price_sum"] == "DECIMAL(38,2)"


def test_the_main_table_is_summed_up_only_over_earlier_rows(make_table, rows_of):
    flights = make_table("flights", {"k": ["a"] * 4, "t": [1, 2, 2, 3], "late": [1, 0, 1, 0]})
    with pytest.raises(ComponentError, match="a row is told of itself and of rows that judge; write `time`"):
        Aggregate(table="flights", on="k", values={"late": ["mean"]}).apply(flights, {"flights": flights})
    operation = Aggregate(table="flights", on="k", time="t", values={"late": ["mean"]}, prefix="past_")
    done = operation.apply(flights, {"flights": flights})
    assert [row[3] for row in rows_of(done.table)] == [None, 1.0, 1.0, 2 / 3]
    assert "past_late_mean" in derived_from(done.table, "late")  # no input unless the user says so


def test_sums_of_floats_do_not_depend_on_the_order(make_table, rows_of):
    values = [0.1, 1e14, -1e14, 0.2, 0.3, 3.3e-7] * 50
    expected = None
    for seed in range(3):
        random.Random(seed).shuffle(values)
        events = make_table(f"events{seed}", {"k": [1] * len(values), "v": values})
        operation = Aggregate(table=f"events{seed}", on="k", values={"v": ["sum", "mean"]}, prefix="")
        (row,) = rows_of(
            operation.apply(make_table(f"one{seed}", {"k": [1]}), {f"events{seed}": events}).table
        )
        assert row[1] == 30.0000165
        assert expected in (None, row)
        expected = row


@pytest.mark.parametrize("values", [[1e16], [float("inf")], [1e-9, -2e-5]])
def test_floats_that_cannot_be_added_exactly_are_refused(make_table, values):
    events = make_table("events", {"k": [1] * len(values), "v": values})
    operation = Aggregate(table="events", on="k", values={"v": ["sum"]})
    with pytest.raises(
        DataError, match=r"'v' of 'events' can't be added exactly: expected .*largest magnitude is"
    ):
        operation.apply(make_table("one", {"k": [1]}), {"events": events})


def test_nan_is_missing(make_table, rows_of):
    events = make_table("events", {"k": [1, 1], "v": [float("nan"), 2.0]})
    operation = Aggregate(table="events", on="k", values={"v": ["sum", "mean", "max", "count", "distinct"]})
    (row,) = rows_of(operation.apply(make_table("one", {"k": [1]}), {"events": events}).table)
    assert row[1:-1] == (2.0, 2.0, 2.0, 1, 1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"values": {}, "since": False}, "aggregate needs `values`"),
        ({"values": {"amount": "median"}}, "unknown function 'median' of 'amount'"),
        ({"values": {"*": "sum"}}, "rows can only be counted"),
        ({"windows": ["7 days", "7 days"]}, "expected different windows"),
        ({"windows": "3 months"}, "expected a length of time such as '7 days'"),
        ({"windows": 0}, "a window of at least 1"),
        ({"time": None}, "since and windows and last needs `time`"),
        ({"time": None, "since": False, "windows": "all", "values": {"a": "sum"}, "on": None}, "needs `on`"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        Aggregate.model_validate({**FULL, **fields})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"values": {"product": "sum"}}, "the sum of 'product' needs a number, found VARCHAR"),
        ({"values": {"amuont": "sum"}}, "no column 'amuont'; did you mean 'amount'"),
        ({"windows": 7}, "'signup' is TIMESTAMP, so a window should be a length of time"),
        ({"time": {"signup": "amount"}}, "'amount' of 'orders' is DOUBLE"),
        ({"on": {"id": "product"}}, "the keys can't be compared"),
        (
            {"prefix": "", "values": {"*": "count"}, "windows": "all", "since": False, "on": None},
            "both tables have 'count'",
        ),
    ],
)
def test_what_does_not_fit_the_tables_is_told(make_table, fields, said):
    customers = make_table("customers", {**CUSTOMERS, "count": [0, 0, 0, 0]})
    with pytest.raises(ComponentError, match=said):
        Aggregate.model_validate({**FULL, **fields}).apply(
            customers, {"orders": make_table("orders", ORDERS)}
        )


def test_a_time_with_fractions_is_refused(make_table):
    rows, events = make_table("rows", {"t": [1.5]}), make_table("events", {"t": [1.5], "v": [1]})
    with pytest.raises(ComponentError, match="expected dates, times or whole numbers"):
        Aggregate(table="events", time="t", values={"v": ["sum"]}).apply(rows, {"events": events})


def test_short_forms():
    operation = parse(Operation, {"aggregate": {**FULL, "windows": "all"}})
    assert isinstance(operation, Aggregate)
    assert operation.windows == ["all"]
    assert operation.values["product"] == ["distinct"]
    assert operation.matches("orders") == {"id": "customer"}
    assert operation.matches("other") == {}
    assert parse(Operation, operation.written()) == operation


KEYS = st.sampled_from([None, "a", "b"])
TIMES = st.none() | st.integers(0, 8)
ASKED = st.lists(st.tuples(KEYS, TIMES), min_size=1, max_size=6)
EVENT = st.tuples(KEYS, TIMES, st.none() | st.sampled_from([0.1, 0.2, 2.5, -3.0, 7.0]))
EVENTS = st.lists(EVENT, max_size=10)
OPERATION = Aggregate.model_validate(
    {
        "table": "events", "on": "k", "time": "t", "windows": [3, "all"], "since": True,
        "values": {"v": ["count", "sum", "mean", "min", "max", "last", "distinct"], "*": "count"},
    }
)  # fmt: skip
LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def aggregated(session, table_of, rows_of, asked, events):
    here = {
        "k": pa.array([k for k, _ in asked], pa.string()),
        "t": pa.array([t for _, t in asked], pa.int64()),
    }
    there: dict[str, Any] = {
        "k": pa.array([k for k, _, _ in events], pa.string()),
        "t": pa.array([t for _, t, _ in events], pa.int64()),
        "v": pa.array([v for _, _, v in events], pa.float64()),
    }
    tables = {"events": table_of(session, "events", there)}
    done = OPERATION.apply(table_of(session, "asked", here), tables)
    assert done.entry.kept == len(asked)
    return [row[2:-1] for row in rows_of(done.table)]


def naive(row, events):
    k, t = row
    told: list[Any] = []
    before = [e for e in events if None not in (k, t, e[0], e[1]) and e[0] == k and e[1] < t]
    for length in (3, 100):
        within = [e for e in before if e[1] >= t - length]
        values = [v for _, _, v in within if v is not None]
        ordered = [v for _, _, v in sorted(within, key=lambda e: e[1]) if v is not None]
        exact = float(sum(Decimal(str(v)) for v in values))
        some = bool(values)
        told += [len(values), exact if some else None, exact / len(values) if some else None]
        told += [min(values, default=None), max(values, default=None), ordered[-1] if some else None]
        told += [len(set(values)), len(within)]
    return (*told, t - max(e[1] for e in before) if before else None)


@LAW
@given(asked=ASKED, events=EVENTS)
def test_every_aggregate_is_what_a_naive_one_says(module_session, table_of, rows_of, asked, events):
    found = aggregated(module_session, table_of, rows_of, asked, events)
    assert found == [naive(row, events) for row in asked]


@LAW
@given(asked=ASKED, events=EVENTS, later=EVENTS, row=st.integers(0, 5))
def test_what_happens_at_or_after_the_time_of_a_row_changes_nothing(
    module_session, table_of, rows_of, asked, events, later, row
):
    row %= len(asked)
    time = asked[row][1] or 0
    before = aggregated(module_session, table_of, rows_of, asked, events)[row]
    earlier = [event for event in events if event[1] is not None and event[1] < time]
    others = [(k, time + (t or 0), v) for k, t, v in later]
    assert aggregated(module_session, table_of, rows_of, asked, [*earlier, *others])[row] == before


def test_flights_of_each_plane_so_far(nycflights):
    operation = Aggregate.model_validate(
        {
            "table": "flights", "on": "tailnum", "time": "time_hour", "windows": ["7 days", "all"],
            "values": {"*": "count", "dest": "distinct", "distance": ["sum", "mean"]}, "prefix": "past_",
        }
    )  # fmt: skip
    done = operation.apply(nycflights["flights"], nycflights)
    assert done.table.count() == done.entry.kept == 336_776
    assert done.entry.notes["missing_key_or_time"] == 2_512
    query = sql.select(done.table.query, ["past_count", "past_count_7_days", "past_dest_distinct", "tailnum"])
    rows = done.table.session.rows(query)
    assert (
        max(row[0] for row in rows if row[3] == "N725MQ") == 574
    )  # of its 575 flights, the last one's history
    assert all(row[1] <= row[0] and row[2] <= row[0] for row in rows)
