import datetime

import numpy as np
import pytest

from thalweg.mine.keys import Key, keyed

DAY = datetime.datetime(2013, 1, 1, tzinfo=datetime.UTC)


def test_single_columns_that_never_repeat_nor_miss(make_table):
    table = make_table(
        "t",
        {
            "id": [1, 2, 3, 4],
            "code": ["a", "b", "c", "d"],
            "gap": [1, 2, 3, None],
            "again": [1, 2, 3, 3],
            "price": [0.5, 1.5, 2.5, 3.5],
            "note": [f"{'a long remark ' * 5}{n}" for n in range(4)],
        },
    )
    assert keyed(table).keys == (Key(("id",), 0), Key(("code",), 0))
    assert keyed(table).is_key("code")
    assert not keyed(table).is_key("again")


def test_columns_that_name_the_rows_together(make_table):
    rows = 600
    hours = [DAY + datetime.timedelta(hours=n // 3) for n in range(rows)]
    table = make_table(
        "weather", {"origin": ["EWR", "JFK", "LGA"] * 200, "time": hours, "temp": np.arange(rows) % 40 / 3}
    )
    assert keyed(table).keys == (Key(("origin", "time"), 0),)


def test_a_key_of_three_columns_and_of_none(make_table):
    n = np.arange(1000)
    three = make_table("t", {"a": n % 10, "b": n // 10 % 10, "c": n // 100})
    assert keyed(three).keys == (Key(("a", "b", "c"), 0),)
    assert keyed(make_table("u", {"a": n % 10, "b": n % 20})).keys == ()


@pytest.mark.parametrize(("repeats", "found"), [(5, True), (20, False)])
def test_a_key_that_a_few_rows_repeat_is_one_with_their_number(make_table, repeats, found):
    n = np.concatenate([np.arange(1000), np.arange(repeats)])
    keys = keyed(make_table("t", {"a": n % 10, "b": n // 10})).keys
    assert keys == ((Key(("a", "b"), repeats),) if found else ())


def test_of_many_rows_distinct_values_are_counted_exactly_where_they_may_be_a_key(make_table, monkeypatch):
    import thalweg.mine.keys as module

    monkeypatch.setattr(module, "EXACT_ROWS", 100)
    ids = np.arange(5000)
    almost = ids.copy()
    almost[-1] = 0
    assert keyed(make_table("t", {"id": ids, "almost": almost})).keys == (Key(("id",), 0),)


def test_an_empty_table_and_columns_of_no_use_have_no_key(make_table):
    assert keyed(make_table("t", {"x": [0.5, 0.5], "l": [[1], [2]]})).keys == ()
