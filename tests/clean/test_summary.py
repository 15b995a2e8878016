import datetime
import math

import numpy as np
import pyarrow as pa
import pytest

from thalweg.clean import summary as module
from thalweg.clean.summary import summarize


def test_every_type_is_measured(make_table):
    table = make_table(
        "t",
        {
            "i": [3, 1, None, 3],
            "f": [0.5, math.nan, math.inf, None],
            "s": ["ab", "", None, "ab"],
            "b": [True, False, None, True],
            "d": [datetime.date(2013, 1, 5), None, datetime.date(2012, 1, 1), None],
            "l": [[1], [2], None, []],
            "e": pa.array([None] * 4, pa.float64()),
        },
    )
    found = summarize(table).columns
    assert (found["i"].missing, found["i"].distinct, found["i"].low, found["i"].high) == (1, 2, 1, 3)
    assert found["i"].distribution is not None
    assert found["i"].distribution.top(1) == [(3.0, 2)]
    assert (found["f"].missing, found["f"].infinite, found["f"].low, found["f"].high) == (2, 1, 0.5, 0.5)
    assert (found["s"].missing, found["s"].lengths, found["s"].low) == (1, (0, 4 / 3, 2), None)
    assert found["b"].distribution is not None
    assert found["b"].distribution.top(2) == [("true", 2), ("false", 1)]
    day = datetime.datetime(2012, 1, 1, tzinfo=datetime.UTC).timestamp()
    assert (found["d"].low, found["d"].missing) == (day * 1e6, 2)
    assert (found["l"].missing, found["l"].distribution) == (1, None)
    assert (found["e"].missing, found["e"].distribution, found["e"].distinct) == (4, None, 0)
    assert all(column.distinct_exact for name, column in found.items() if name != "l")


def test_of_many_rows_few_values_are_counted_and_many_are_sampled(make_table):
    rows = 20_000
    rng = np.random.default_rng(7)
    normal = rng.normal(size=rows)
    table = make_table(
        "t", {"few": np.arange(rows) % 7, "many": normal, "text": [f"n{n}" for n in range(rows)]}
    )
    found = summarize(table, sample_rows=4000)
    few, many, text = (found.columns[name] for name in ("few", "many", "text"))
    assert (found.sampled, found.sample.num_rows) == (True, 4000)
    assert few.distribution is not None
    assert (few.distribution.whole, few.distribution.rows, few.distinct, few.distinct_exact) == (
        True,
        rows,
        7,
        True,
    )
    assert many.distribution is not None
    assert (many.distribution.whole, many.distribution.rows, many.distinct_exact) == (False, 4000, False)
    assert (many.low, many.high) == (normal.min(), normal.max())
    assert many.distribution.quantiles([0.5])[0] == pytest.approx(0, abs=0.06)
    assert abs(many.distinct - rows) < 0.1 * rows
    assert text.distinct <= rows


def test_the_same_rows_give_the_same_summary_on_any_number_of_threads(make_table, session):
    rows = 30_000
    table = make_table("t", {"x": np.sin(np.arange(rows)), "s": [f"n{n * 7919 % 9001}" for n in range(rows)]})

    def told():
        found = summarize(table, sample_rows=2000)
        return [
            (c.distinct, c.low, c.high, c.distribution.mean() if c.name == "x" else None)
            for c in found.columns.values()
        ]

    once = told()
    session.connection.execute("SET threads = 1")
    assert told() == once


def test_a_column_with_too_many_values_is_not_listed(make_table, monkeypatch):
    monkeypatch.setattr(module, "COUNTED", 5)
    found = summarize(make_table("t", {"x": list(range(10)) * 300}), sample_rows=500).columns["x"]
    assert found.distribution is not None
    assert (found.distribution.whole, found.distinct_exact) == (False, False)
    assert abs(found.distinct - 10) <= 2


def test_long_texts_are_not_held_whole(make_table):
    table = make_table("t", {"s": ["a" * 1000 + str(n) for n in range(20)]})
    found = summarize(table)
    assert max(map(len, found.sample["s"].to_pylist())) == module.LONGEST
    assert (found.columns["s"].lengths or ())[2] == 1002
    assert (found.columns["s"].distinct_exact, found.columns["s"].distinct > 15) == (False, True)


def test_an_empty_table(make_table):
    found = summarize(make_table("t", {"a": pa.array([], pa.int64()), "s": pa.array([], pa.string())}))
    assert (found.rows, found.sampled) == (0, False)
    assert all((c.distinct, c.missing, c.distribution) == (0, 0, None) for c in found.columns.values())


def test_columns_with_any_name(make_table):
    found = summarize(make_table("t", {"self": [1], "rows": ["x"], "a:b": [1.5], '"q"': [None]}))
    assert [column.distinct for column in found.columns.values()] == [1, 1, 1, 0]
