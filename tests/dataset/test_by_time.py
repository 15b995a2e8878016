"""Splits by time or number: exact quantiles, moments undivided, the past before the future."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset.parts import parts
from thalweg.core.errors import ComponentError
from thalweg.dataset.by_time import ByTime

START = datetime(2013, 1, 1, 5, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "values",
    [
        pa.array(range(10)),
        pa.array([i / 3 for i in range(10)]),
        pa.array([date(2013, 1, 1) + timedelta(days=i) for i in range(10)]),
        pa.array([START + timedelta(microseconds=i) for i in range(10)]),
        pa.array([START.replace(tzinfo=None) + timedelta(microseconds=i) for i in range(10)]),
        pa.array(range(10)).cast(pa.decimal128(30, 3)),
    ],
    ids=lambda values: str(values.type),
)
def test_the_lowest_seven_train_whatever_the_type(make_table, values):
    shuffled = values.take(pa.array([3, 9, 0, 7, 1, 8, 2, 6, 4, 5]))
    table = make_table("t", {"when": shuffled})
    assignment = ByTime(column="when", fractions=(0.7, 0.1, 0.2)).fit(table)
    expected = {0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 1, 8: 2, 9: 2}
    assert parts(table, assignment) == [expected[i] for i in (3, 9, 0, 7, 1, 8, 2, 6, 4, 5)]


def test_what_is_missing_or_not_a_number_cannot_be_told(make_table):
    table = make_table("t", {"when": [1.0, None, float("nan"), 2.0, 3.0, float("inf")]})
    assignment = ByTime(column="when", fractions=(0.5, 0.25, 0.25)).fit(table)
    assert parts(table, assignment) == [0, None, None, 0, 1, 2]


def test_text_is_refused_with_advice(make_table):
    with pytest.raises(ComponentError) as caught:
        ByTime(column="when").fit(make_table("t", {"when": ["2013-01-01"]}))
    assert "can't split by 'when': expected dates, times or numbers, found VARCHAR" in str(caught.value)
    assert "columns: {when: TIMESTAMP}" in str(caught.value)


def test_another_table_is_divided_at_the_same_cuts_if_its_column_is_alike(make_table):
    main = make_table("main", {"when": [1, 2, 3, 4]})
    assignment = ByTime(column="when", fractions=(0.5, 0.25, 0.25)).fit(main)
    assert parts(make_table("other", {"when": [0.5, 2.9, 3.0, 99.0]}), assignment) == [0, 0, 1, 2]
    assert assignment.expression(make_table("text", {"when": ["1"]})) is None
    assert assignment.expression(make_table("none", {"then": [1]})) is None


def test_nothing_to_divide(make_table):
    for values in (pa.array([], pa.int64()), pa.nulls(3, pa.int64())):
        table = make_table("t", {"when": values})
        assert parts(table, ByTime(column="when").fit(table)) == [None] * len(values)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.one_of(st.none(), st.integers(-20, 20)), min_size=1, max_size=60),
    percent=st.tuples(st.integers(1, 98), st.integers(1, 98)).filter(lambda cuts: cuts[0] < cuts[1]),
)
def test_each_part_begins_with_the_first_moment_that_its_share_lies_before(
    session, table_of, values, percent
):
    fractions = (percent[0] / 100, (percent[1] - percent[0]) / 100, 1 - percent[1] / 100)
    table = table_of(session, "t", {"when": pa.array(values, pa.int64())})
    known = [value for value in values if value is not None]
    cuts = []
    for share in (fractions[0], fractions[0] + fractions[1]):
        wanted = math.floor(share * len(known) + 0.5)
        late_enough = [value for value in known if sum(other < value for other in known) >= wanted]
        cuts.append(min(late_enough, default=math.inf))
    expected = [None if value is None else (value >= cuts[0]) + (value >= cuts[1]) for value in values]
    assert parts(table, ByTime(column="when", fractions=fractions).fit(table)) == expected
