"""The hash in SQL is the hash in Python, and its cuts give their shares."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest, digest_of


def test_the_digest_of_each_type_is_that_of_its_text(make_table):
    moment = datetime(2013, 1, 1, 5, 0, tzinfo=UTC)
    columns = {
        "n": pa.array([17, None]),
        "small": pa.array([17, None], pa.int8()),
        "t": pa.array(["é\n", None]),
        "b": pa.array([True, None]),
        "d": pa.array([moment.date(), None]),
        "naive": pa.array([moment.replace(tzinfo=None), None], pa.timestamp("us")),
        "zoned": pa.array([moment, None], pa.timestamp("us", "America/New_York")),
        "code": pa.array(["x", None]).dictionary_encode(),
    }
    table = make_table("t", columns)
    texts = {"n": "17", "small": "17", "t": "é\n", "b": "true", "d": "2013-01-01", "code": "x"}
    texts |= {"naive": "2013-01-01 05:00:00", "zoned": "2013-01-01 05:00:00"}
    query = sql.select(table.query, {name: digest({name: table.columns[name]}, seed=3) for name in columns})
    first, second = table.session.rows(query)
    assert dict(zip(columns, first, strict=True)) == {name: digest_of([texts[name]], 3) for name in columns}
    assert set(second) == {None}


def test_several_columns_are_joined_and_one_missing_makes_all_missing(make_table):
    table = make_table("t", {"a": [1, 1], "b": ["x", None]})
    rows = table.session.rows(sql.select(table.query, {"d": digest({"a": "BIGINT", "b": "VARCHAR"}, seed=0)}))
    assert rows == [(digest_of(["1", "x"], 0),), (None,)]
    assert digest_of(["1", "x"], 0) == digest_of(["1\x1fx"], 0) != digest_of(["1", "x"], 1)


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT", "DECIMAL(10,2)", "BLOB", "INTEGER[]", "TIME"])
def test_types_without_one_text_everywhere_are_refused(kind):
    with pytest.raises(ComponentError, match=r"column .x. has type .* choose another column"):
        digest({"x": kind}, seed=0)


def test_a_cut_takes_its_share(make_table):
    table = make_table("t", {"a": list(range(20_000))})
    for share in (0.0, 0.1, 0.5, 0.7, 1.0):
        below = table.where(exp.LT(this=digest({"a": "BIGINT"}, seed=5), expression=sql.literal(cut(share))))
        assert below.count() == pytest.approx(share * 20_000, abs=250 if 0 < share < 1 else 0)


@given(st.floats(0, 1), st.floats(0, 1))
def test_cuts_are_ordered_as_their_shares(one, other):
    assert (cut(one) <= cut(other)) or one > other
    assert cut(1.0) > digest_of(["anything"], 0) >= cut(0.0)
