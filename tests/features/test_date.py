"""Dates: which parts, in which form, on whose clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.features.conftest import column_of
from thalweg.core.errors import ComponentError, DataError
from thalweg.features.date import Date
from thalweg.features.feature import TrainingColumn

HOURS = [datetime(2013, 1, 31, 22) + timedelta(hours=i) for i in range(24 * 60)]


def names(encoder) -> list[str]:
    return [slot.name for slot in encoder.slots]


def test_parts_that_do_not_vary_are_left_out() -> None:
    hours = Date(column="t", form=("number",)).fit(column_of("t", "TIMESTAMP", HOURS))
    assert names(hours) == ["t:elapsed", "t:month", "t:weekday", "t:yearday", "t:hour", "t:date:category"]
    days = [date(2013, 5, 1), date(2013, 5, 2), date(2013, 5, 9)]
    found = Date(column="t", form=("number",)).fit(column_of("t", "DATE", days))
    assert names(found) == ["t:elapsed", "t:weekday", "t:yearday"]
    assert [slot.absolute for slot in found.slots] == [True, False, True]


def test_a_part_as_a_number_has_a_bin_for_each_value() -> None:
    encoder = Date(column="t", parts=("hour",), form=("number",)).fit(column_of("t", "TIMESTAMP", HOURS))
    (slot,) = encoder.slots
    assert slot.bins is not None
    assert len(slot.bins) == 24
    encoded = encoder.encode(pa.array([datetime(2020, 1, 1, 0), datetime(2020, 1, 1, 23)])).slots["t:hour"]
    assert encoded.tolist() == [slot.bins[0], slot.bins[-1]]


def test_a_part_on_a_circle() -> None:
    encoder = Date.model_validate({"column": "t", "parts": "hour", "form": "cyclic"}).fit(
        column_of("t", "TIMESTAMP", HOURS)
    )
    encoded = encoder.encode(
        pa.array([datetime(2020, 1, 1, 6), datetime(1950, 1, 1, 12)], pa.timestamp("us"))
    )
    assert encoded.slots["t:hour:sin"].tolist() == pytest.approx([1, 0], abs=1e-6)
    assert encoded.slots["t:hour:cos"].tolist() == pytest.approx([0, -1], abs=1e-6)
    assert [slot.bins for slot in encoder.slots] == [None, None]


def test_a_part_as_a_category_knows_what_training_saw() -> None:
    days = [date(2013, 5, 1), date(2013, 5, 2), None]
    encoder = Date(column="t", parts=("weekday",), form=("category",)).fit(column_of("t", "DATE", days))
    asked = pa.array([date(2013, 5, 1), date(2013, 5, 9), date(2013, 5, 3), None])
    encoded = encoder.encode(asked.cast(pa.timestamp("us")))
    assert encoded.slots["t:weekday:category"].tolist() == [2, 3, 0, 1]
    assert encoder.slots[0].cardinality == 4


def test_elapsed_counts_days_about_the_mean_of_training() -> None:
    days = [date(2013, 5, 1), date(2013, 5, 3)]
    encoder = Date(column="t", parts=("elapsed",)).fit(column_of("t", "DATE", days))
    asked = pa.array([datetime(2013, 5, 2), datetime(2013, 5, 3, 12)], pa.timestamp("us"))
    assert encoder.encode(asked).slots["t:elapsed"].tolist() == [0.0, 1.5]


def test_moments_with_a_zone_are_read_in_utc_or_in_the_zone_asked_for() -> None:
    moments = pa.array([datetime(2013, 7, 1, 3, tzinfo=UTC), datetime(2013, 1, 1, 3, tzinfo=UTC)])
    column = column_of("t", "TIMESTAMP WITH TIME ZONE", moments)
    shown = pa.array(moments, pa.timestamp("us", "Asia/Shanghai"))
    for zone, hours in ((None, [3, 3]), ("America/New_York", [23, 22]), ("Asia/Shanghai", [11, 11])):
        feature = Date(column="t", parts=("month", "hour"), form=("category",), zone=zone)
        encoder = feature.fit(column)
        hour = next((each for each in encoder.parts if each.part == "hour"), None)
        assert (hour.values if hour else (hours[0],)) == tuple(sorted(set(hours)))
        again = column_of("t", "TIMESTAMP WITH TIME ZONE", shown)
        assert feature.fit(again) == encoder


def test_dates_outside_the_years_1_to_9999_are_bad() -> None:
    encoder = Date(column="t").fit(column_of("t", "TIMESTAMP", HOURS))
    far = pa.array([0, 2**62, -(2**62)]).cast(pa.timestamp("us"))
    encoded = encoder.encode(far)
    assert encoded.bad is not None
    assert encoded.bad.tolist() == [False, True, True]
    assert encoded.why == "is not in the years 1 to 9999"
    assert all(np.isfinite(values).all() for values in encoded.slots.values())
    beyond = TrainingColumn("t", "TIMESTAMP", 2, 0, 1, far[1:], lambda most: [])
    with pytest.raises(DataError, match="has no date in the years 1 to 9999 in the training rows"):
        Date(column="t").fit(beyond)
    assert Date.refuses(beyond) == "is constant: always a time outside the years 1 to 9999"


def test_what_is_written_wrongly_is_told() -> None:
    with pytest.raises(ComponentError, match="unknown parts 'wekday'; did you mean 'weekday'") as raised:
        _raise_cause({"column": "t", "parts": ["wekday"]})
    assert raised.value.exit_status == 2
    with pytest.raises(
        ComponentError, match="no time zone 'America/NewYork'; did you mean 'America/New_York'"
    ):
        _raise_cause({"column": "t", "zone": "America/NewYork"})


def _raise_cause(fields: dict) -> None:
    """Raise the ComponentError that pydantic wraps."""
    from pydantic import ValidationError

    try:
        Date.model_validate(fields)
    except ValidationError as error:
        raise error.errors()[0]["ctx"]["error"] from error


def test_a_zone_for_days_or_parts_that_do_not_vary_can_not_be_fitted() -> None:
    days = [date(2013, 5, 1), date(2013, 5, 2)]
    with pytest.raises(DataError, match="column 't' holds days, which have no zone") as raised:
        Date(column="t", zone="UTC").fit(column_of("t", "DATE", days))
    assert raised.value.hint == "leave `zone` out"
    with pytest.raises(DataError, match="column 't': month, hour are the same in all training rows"):
        Date(column="t", parts=("month", "hour")).fit(column_of("t", "DATE", days))


def test_days_and_moments_that_repeat_are_names() -> None:
    seen = [datetime(2013, 1, 1, 8)] * 5 + [datetime(2013, 1, 1, 9)] * 4 + [datetime(2013, 1, 2, 9)] * 6
    encoder = Date(column="t", parts=("date", "moment")).fit(column_of("t", "TIMESTAMP", seen))
    assert names(encoder) == ["t:date:category", "t:moment:category"]
    assert all(slot.again and slot.absolute for slot in encoder.slots)
    asked = pa.array(
        [datetime(2013, 1, 1, 8), datetime(2013, 1, 1, 9), datetime(2013, 1, 2, 9), datetime(2013, 1, 3)]
    )
    found = encoder.encode(asked).slots
    assert found["t:date:category"].tolist() == [1, 1, 2, 0]
    assert found["t:moment:category"].tolist() == [1, 0, 2, 0]  # four rows of a moment are too few for a name
