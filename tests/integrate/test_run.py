"""Chains of operations: where they start, what they tell, where an error arose."""

from __future__ import annotations

from typing import Any

import pyarrow.csv as csv
import pytest
from sqlglot import exp

from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError, DataError, PipelineError
from thalweg.engines import sql
from thalweg.integrate.lineage import derived_from
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate, main_table


def chain(*written: Any) -> list[Operation]:
    return [parse(Operation, each) for each in written]


@pytest.fixture
def tables(make_table):
    flights = make_table("flights", {"origin": ["EWR", "JFK", "EWR"], "delay": [30, 2, None]})
    airports = make_table("airports", {"origin": ["EWR", "JFK", "LGA"], "alt": [18, 13, 22]})
    return {"flights": flights, "airports": airports}


def test_a_chain_gives_one_table_and_an_entry_for_each_operation(tables, rows_of):
    operations = chain(
        {"from": "flights"},
        {"join": {"table": "airports", "on": "origin"}},
        {"derive": {"late": "delay > 15"}},
        {"filter": "late IS NOT NULL"},
        {"rename": {"alt": "altitude"}},
        {"drop": "delay"},
    )
    done = integrate(operations, tables)
    assert rows_of(done.table) == [("EWR", 18, True, 0), ("JFK", 13, False, 1)]
    assert list(done.table.columns) == ["origin", "altitude", "late"]
    assert done.table.name == "flights"
    told = [(entry.step, entry.rows_in, entry.rows_out) for entry in done.entries]
    assert told == [
        ("from flights", 3, 3),
        ("left join airports", 3, 3),
        ("derive late", 3, 3),
        ("filter late IS NOT NULL", 3, 2),
        ("rename alt to altitude", 2, 2),
        ("drop delay", 2, 2),
    ]
    assert all(entry.stage == "integrate" and entry.table == "flights" for entry in done.entries)


def test_of_one_table_nothing_need_be_said(tables, rows_of):
    one = {"airports": tables["airports"]}
    assert rows_of(integrate([], one).table) == rows_of(tables["airports"])
    done = integrate(chain({"derive": {"high": "alt > 15"}}), one)
    assert [row[2] for row in rows_of(done.table)] == [True, False, True]
    assert [entry.step for entry in done.entries] == ["from airports", "derive high"]


def test_of_several_tables_the_main_one_must_be_said(tables):
    with pytest.raises(PipelineError) as caught:
        integrate(chain({"derive": {"late": "delay > 15"}}), tables)
    assert "there are 2 tables (flights, airports)" in str(caught.value)
    assert "[{from: flights}, …]" in str(caught.value)
    assert main_table(chain({"from": "airports"}), list(tables)) == "airports"


@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ([{"from": "flihgts"}], 0, "there is no table 'flihgts'; did you mean 'flights'"),
        ([{"from": "flights"}, {"derive": {"a": "delya"}}], 1, "did you mean 'delay'"),
        (
            [{"from": "flights"}, {"derive": {"a": "delay"}}, {"union": "airprots"}],
            2,
            "did you mean 'airports'",
        ),
        ([{"from": "flights"}, {"from": "airports"}], 1, "'from: airports' may only come first"),
    ],
)
def test_a_mistake_in_the_file_leads_back_to_its_operation(tables, written, at, said):
    with pytest.raises(ComponentError, match=said) as caught:
        integrate(chain(*written), tables)
    assert caught.value.path == (at,)


def test_a_promise_that_rows_break_says_which_operation_made_it(tables, make_table):
    tables["airports"] = make_table("airports2", {"origin": ["EWR", "EWR"], "alt": [18, 13]})
    with pytest.raises(
        DataError, match=r"integrate, operation 2 \(join\): join airports: expected many-to-one"
    ):
        integrate(chain({"from": "flights"}, {"join": {"table": "airports", "on": "origin"}}), tables)


def test_every_kind_reads_back_what_it_writes():
    for name, kind in kinds(Operation).items():
        example = kind.example()
        assert parse(Operation, example.written()) == example
        assert example.written()["kind"] == name
        assert kind.__doc__


def test_what_a_target_was_derived_from_is_known(tables):
    operations = chain(
        {"from": "flights"},
        {"join": {"table": "airports", "on": "origin"}},
        {"derive": {"late": "delay > 15", "worse": "delay * 2 + alt"}},
        {"rename": {"delay": "minutes"}},
    )
    table = integrate(operations, tables).table
    assert derived_from(table, "late") == {
        "minutes": "minutes and the target late were both computed from flights.delay",
        "worse": "worse and the target late were both computed from flights.delay",
    }
    assert set(derived_from(table, "worse")) == {"minutes", "alt", "late"}
    assert derived_from(table, "origin") == {}
    with pytest.raises(ComponentError, match="no target column 'lat'; did you mean 'late'"):
        derived_from(table, "lat")


def test_northwind_orders_from_four_tables(data, module_session, table_of):
    def load(name: str, file: str):
        read = csv.read_csv(data(f"northwind/csv/{file}.csv"))
        columns = {column: read[column].combine_chunks() for column in read.column_names}
        return table_of(module_session, name, columns)

    files = {"details": "Order Details", "orders": "Orders", "products": "Products", "customers": "Customers"}
    tables = {name: load(name, file) for name, file in files.items()}
    operations = chain(
        {"from": "details"},
        {"join": {"table": "orders", "on": "OrderID"}},
        {"join": {"table": "products", "on": "ProductID", "prefix": "product_", "how": "inner"}},
        {"join": {"table": "customers", "on": "CustomerID", "prefix": "customer_"}},
        {"derive": {"revenue": "UnitPrice * Quantity * (1 - Discount)"}},
    )
    done = integrate(operations, tables)
    assert [entry.rows_out for entry in done.entries] == [2_155] * 5
    assert [entry.notes.get("other_unused") for entry in done.entries] == [None, 0, 0, 4, None]
    assert len(done.table.columns) == 5 + 13 + 9 + 10 + 1  # details, orders, products, customers, revenue
    revenue = done.table.aggregate(total=exp.Sum(this=sql.cast(sql.column("revenue"), "DECIMAL(18, 4)")))
    assert float(revenue["total"]) == pytest.approx(1_265_793.04, abs=0.01)
