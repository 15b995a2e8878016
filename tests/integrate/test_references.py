"""Keys held against the table they refer to: astray ones refused, emptied, dropped or counted."""

from __future__ import annotations

import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate


@pytest.fixture
def tables(make_table):
    orders = make_table("orders", {"customer": [1, 2, 9, None, 9], "n": [10, 20, 30, 40, 50]})
    customers = make_table("customers", {"id": [1, 1, 2, None], "name": ["a", "b", "c", "d"]})
    return orders, {"customers": customers}


def taken(tables, **fields):
    orders, others = tables
    written = {"references": {"table": "customers", "on": {"customer": "id"}, **fields}}
    return parse(Operation, written).apply(orders, others)


def test_astray_keys_are_refused_with_an_example(tables):
    with pytest.raises(
        DataError,
        match=r"references customers: 2 rows refer to no row of 'customers', for example customer = 9",
    ) as raised:
        taken(tables)
    assert raised.value.hint == "say what becomes of them with else: null, drop, quarantine or keep"


def test_astray_keys_are_emptied_and_counted(tables, rows_of):
    done = taken(tables, **{"else": None})
    assert rows_of(done.table) == [(1, 10, 0), (2, 20, 1), (None, 30, 2), (None, 40, 3), (None, 50, 4)]
    assert (done.entry.rows_in, done.entry.kept, done.entry.changed) == (5, 5, {"customer": 2})
    assert done.entry.notes == {"found": 2, "astray": 2, "missing_key": 1}


def test_rows_with_astray_keys_are_dropped_with_the_rule_and_those_without_a_key_stay(tables, rows_of):
    done = taken(tables, **{"else": "drop"})
    assert rows_of(done.table) == [(1, 10, 0), (2, 20, 1), (None, 40, 3)]
    (reason,) = done.entry.reasons
    assert (done.entry.dropped, reason.rule) == (2, "no row of customers with the same customer")


def test_kept_rows_are_only_counted(tables, rows_of):
    done = taken(tables, **{"else": "keep"})
    assert len(rows_of(done.table)) == done.entry.kept == 5
    assert done.entry.notes["astray"] == 2


def test_a_key_of_two_columns_is_emptied_whole(make_table, rows_of):
    one = make_table("one", {"a": [1, 1, None], "b": ["x", "y", "x"]})
    two = make_table("two", {"a": [1], "b": ["x"]})
    done = parse(Operation, {"references": {"table": "two", "on": ["a", "b"], "else": "null"}}).apply(
        one, {"two": two}
    )
    assert rows_of(done.table) == [(1, "x", 0), (None, None, 1), (None, "x", 2)]


def test_keys_that_cannot_be_compared_are_told(tables):
    orders, others = tables
    with pytest.raises(
        ComponentError, match="references customers: the keys can't be compared: 'n' of 'orders'"
    ):
        parse(Operation, {"references": {"table": "customers", "on": {"n": "name"}}}).apply(orders, others)
    with pytest.raises(ComponentError, match="has no key column 'custmer'; did you mean 'customer'"):
        parse(Operation, {"references": {"table": "customers", "on": {"custmer": "id"}}}).apply(
            orders, others
        )


def test_northwinds_orders_all_have_their_customer(data, make_table):
    import pyarrow.csv as csv

    folder = data("northwind")
    found = {path.stem.lower(): path for path in folder.rglob("*.csv")}
    if not {"orders", "customers"} <= set(found):
        pytest.skip("needs northwind's CSV files")
    read = {name: csv.read_csv(found[name]) for name in ("orders", "customers")}
    key = next(name for name in read["orders"].column_names if name.lower().replace("_", "") == "customerid")
    tables = {name: make_table(name, {key: table[key].combine_chunks()}) for name, table in read.items()}
    done = parse(Operation, {"references": {"table": "customers", "on": key}}).apply(tables["orders"], tables)
    assert done.entry.notes["found"] == read["orders"].num_rows


def test_rows_with_astray_keys_are_set_aside_whole_with_step_and_rule(tables, rows_of):
    orders, others = tables
    chain = [{"from": "orders"}, {"references": {"table": "customers", "on": {"customer": "id"}}}]
    chain[1]["references"]["else"] = "quarantine"
    done = integrate([parse(Operation, each) for each in chain], {"orders": orders, **others})
    assert rows_of(done.table) == [(1, 10, 0), (2, 20, 1), (None, 40, 3)]
    entry, rule = done.entries[-1], "no row of customers with the same customer"
    assert (entry.kept, entry.quarantined, entry.dropped) == (3, 2, 0)
    assert [(reason.fate, reason.rule, reason.rows) for reason in entry.reasons] == [("quarantined", rule, 2)]
    assert list(orders.session.columns(done.quarantined)) == ["customer", "n", "__row", "step", "rule"]
    step = "references customers"
    assert orders.session.rows(done.quarantined) == [(9, 30, 2, step, rule), (9, 50, 4, step, rule)]


def test_where_every_key_is_found_nothing_is_set_aside(make_table):
    one = make_table("one", {"a": [1]})
    chain = [{"from": "one"}, {"references": {"table": "two", "on": "a", "else": "quarantine"}}]
    done = integrate([parse(Operation, each) for each in chain], {"one": one, "two": one})
    assert done.quarantined is None
    assert (done.entries[-1].quarantined, done.entries[-1].reasons) == (0, ())
