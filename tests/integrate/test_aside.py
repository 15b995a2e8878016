"""Rows of several operations in one quarantine, whatever columns each of them had."""

from __future__ import annotations

from thalweg.core.component import parse
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate


def refers(table: str, on: str) -> dict:
    return {"references": {"table": table, "on": on, "else": "quarantine"}}


def test_rows_of_several_operations_stand_in_one_table_with_the_columns_each_had(make_table):
    tables = {
        "orders": make_table("orders", {"a": [1, 2, 3], "b": [1, 9, 1], "Step": ["x", "y", "z"]}),
        "known": make_table("known", {"a": [2, 3]}),
        "other": make_table("other", {"b": [1]}),
    }
    chain = [refers("known", "a"), {"derive": {"c": "a + 0.5", "a": "a || ''"}}, refers("other", "b")]
    done = integrate([parse(Operation, each) for each in [{"from": "orders"}, *chain]], tables)
    session, query = done.table.session, done.quarantined
    assert session.columns(query) == {
        **{"a": "VARCHAR", "b": "BIGINT", "raw_Step": "VARCHAR", "c": session.columns(done.table.query)["c"]},
        **{"__row": "BIGINT", "step": "VARCHAR", "rule": "VARCHAR"},
    }
    told = [
        (a, b, step, None if c is None else float(c), row, name)
        for a, b, step, c, row, name, _ in session.rows(query)
    ]
    assert told == [("1", 1, "x", None, 0, "references known"), ("2", 9, "y", 2.5, 1, "references other")]
    assert [entry.quarantined for entry in done.entries] == [0, 1, 0, 1]


def test_a_column_already_called_like_the_way_out_keeps_its_values(make_table):
    orders = make_table("orders", {"rule": ["mine"], "raw_rule": ["also mine"], "k": [1]})
    tables = {"orders": orders, "known": make_table("known", {"k": [2]})}
    done = integrate([parse(Operation, each) for each in [{"from": "orders"}, refers("known", "k")]], tables)
    (row,) = orders.session.rows(done.quarantined)
    names = list(orders.session.columns(done.quarantined))
    assert names == ["raw_raw_rule", "raw_rule", "k", "__row", "step", "rule"]
    assert row[:3] == ("mine", "also mine", 1)
    assert row[-1] == "no row of known with the same k"
