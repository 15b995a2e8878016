"""A table on its way through the stages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import Table


@pytest.fixture
def flights(make_table: Callable[..., Table]) -> Table:
    return make_table("flights", {"carrier": ["UA", "AA", None], "delay": [5, -3, 20], "__split": [0, 0, 2]})


def rows(table: Table) -> list[tuple]:
    return table.session.rows(table.query)


def test_what_it_knows(flights: Table) -> None:
    assert flights.columns == {"carrier": "VARCHAR", "delay": "BIGINT"}
    assert flights.hidden == ("__row", "__split")
    assert flights.count() == 3
    assert flights.require("delay") == "delay"


def test_an_unknown_column(flights: Table) -> None:
    with pytest.raises(ComponentError, match=r"table 'flights' has no key 'dealy'; did you mean 'delay'\?"):
        flights.require("dealy", "key")


def test_select_keeps_hidden_columns_and_follows_lineage(flights: Table) -> None:
    late = exp.GT(this=sql.column("delay"), expression=sql.literal(15))
    both = sql.call("concat", sql.column("carrier"), sql.column("delay"))
    found = flights.select({"late": late, "both": both, "one": sql.literal(1)})
    assert found.columns == {"late": "BOOLEAN", "both": "VARCHAR", "one": "INTEGER"}
    assert found.lineage == {
        "late": {"flights.delay"},
        "both": {"flights.carrier", "flights.delay"},
        "one": frozenset(),
    }
    assert [row[:1] + row[3:] for row in rows(found)] == [(False, 0, 0), (False, 1, 0), (True, 2, 2)]
    again = found.select({"x": sql.column("both")})
    assert again.lineage["x"] == {"flights.carrier", "flights.delay"}


def test_change_replaces_in_place_and_appends(flights: Table) -> None:
    found = flights.change({"new": sql.literal("x"), "carrier": sql.call("lower", sql.column("carrier"))})
    assert list(found.columns) == ["carrier", "delay", "new"]
    assert rows(found)[0] == ("ua", 5, "x", 0, 0)
    assert flights.columns == {"carrier": "VARCHAR", "delay": "BIGINT"}  # the table itself does not change


def test_where(flights: Table) -> None:
    found = flights.where(flights.expression("DELAY > 0"))
    assert [row[1] for row in rows(found)] == [5, 20]
    assert found.where(sql.is_null(sql.column("carrier"))).count() == 1


def test_only_training_rows_are_learnt_from(flights: Table, make_table: Callable[..., Table]) -> None:
    assert flights.training().count() == 2
    whole = make_table("whole", {"a": [1, 2]})
    assert whole.training() is whole
    assert whole.hidden == ("__row",)


def test_aggregates(flights: Table) -> None:
    found = flights.aggregate(least=exp.Min(this=sql.column("delay")), rows=sql.row_count())
    assert found == {"least": -3, "rows": 3}


def test_a_users_expression_that_is_wrong(flights: Table, session: Session) -> None:
    with pytest.raises(ComponentError, match="the rule 'dealy > 1' names no known column"):
        flights.expression("dealy > 1", "rule")
