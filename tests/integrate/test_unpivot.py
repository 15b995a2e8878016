"""Wide to long: every row and every missing value accounted for; and back again."""

import pytest
from pydantic import ValidationError

from thalweg.core.errors import ComponentError
from thalweg.integrate.pivot import Pivot
from thalweg.integrate.unpivot import Unpivot

WIDE = {"id": [1, 2, 3], "jan": [10, None, None], "feb": [11.5, 21.0, None], "__split": [0, 1, 2]}
SALES = Unpivot(columns=["jan", "feb"], name="month", value="sales")


def test_a_row_for_each_column(make_table, rows_of):
    done = SALES.apply(make_table("t", WIDE), {})
    assert dict(done.table.columns) == {"id": "BIGINT", "month": "VARCHAR", "sales": "DOUBLE"}
    assert rows_of(done.table) == [
        (1, "jan", 10.0, 0, 0), (1, "feb", 11.5, 1, 0), (2, "jan", None, 2, 1),
        (2, "feb", 21.0, 3, 1), (3, "jan", None, 4, 2), (3, "feb", None, 5, 2),
    ]  # fmt: skip
    assert (done.entry.rows_in, done.entry.kept, done.entry.added) == (3, 3, 3)
    assert done.entry.notes == {"missing_values": 3}
    assert done.table.lineage["sales"] == {"t.jan", "t.feb"}


def test_missing_values_dropped_are_counted(make_table):
    done = SALES.model_copy(update={"missing": "skip"}).apply(make_table("t", WIDE), {})
    assert (done.entry.kept, done.entry.dropped, done.entry.added) == (2, 1, 1)
    assert done.entry.rows_out == done.table.count() == 3
    assert done.entry.reasons[0].rule == "no value in jan, feb"


def test_there_and_back_again(make_table, rows_of):
    table = make_table("t", WIDE)
    long = SALES.apply(table, {}).table
    back = Pivot.model_validate(
        {"by": "id", "column": "month", "values": "sales", "take": ["jan", "feb"]}
    ).apply(long, {})
    assert [row[:3] for row in rows_of(back.table)] == [(1, 10.0, 11.5), (2, None, 21.0), (3, None, None)]
    assert back.entry.kept == 3


def test_what_does_not_fit_is_told(make_table):
    table = make_table("t", {"id": [1], "jan": [1], "feb": ["x"]})
    with pytest.raises(
        ComponentError, match="'jan' is BIGINT, 'feb' is VARCHAR; columns that become one must agree"
    ):
        SALES.apply(table, {})
    with pytest.raises(ComponentError, match="columns of one name"):
        Unpivot(columns=["jan"], name="id", value="v").apply(table, {})
    with pytest.raises(ValidationError, match="one or more different columns"):
        Unpivot(columns=["a", "A"])
