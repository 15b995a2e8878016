"""Parts of moments against Python's own calendar."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pytest

from thalweg.features.calendar import CYCLES, DAY, FIRST, LAST, NAMES, READ, on_circle, part

EPOCH = datetime(1970, 1, 1)


def expected(moment: datetime) -> dict[str, float]:
    return {
        "elapsed": (moment - EPOCH) / timedelta(days=1),
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "weekday": moment.weekday(),
        "yearday": moment.timetuple().tm_yday,
        "hour": moment.hour,
        "minute": moment.minute,
    }


@pytest.mark.parametrize("span", [(FIRST, LAST), (15_000 * DAY, 15_200 * DAY)], ids=["far apart", "close"])
def test_parts_are_those_of_the_calendar(span: tuple[int, int]) -> None:
    moments = np.random.default_rng(0).integers(*span, 1_000)
    moments[:2] = span[0], span[1] - 1
    wanted = [expected(EPOCH + timedelta(microseconds=int(each))) for each in moments]
    for name in set(READ) - NAMES:
        assert part(name, moments).tolist() == pytest.approx([each[name] for each in wanted], rel=1e-15)
        one_by_one = [part(name, moments[i : i + 1])[0] for i in range(50)]
        assert part(name, moments[:50]).tolist() == one_by_one


def test_a_day_read_alone_or_among_others_is_the_same() -> None:
    assert [part(name, np.array([], np.int64)).tolist() for name in READ] == [[]] * len(READ)


@pytest.mark.parametrize("name", CYCLES)
def test_values_of_a_cycle_lie_evenly_on_a_circle(name) -> None:
    sines, cosines = on_circle(name)
    assert len(sines) == len(cosines) == CYCLES[name].length
    assert sines**2 + cosines**2 == pytest.approx(1, abs=1e-6)
    step = 2 * math.pi / CYCLES[name].length
    assert (sines[1], cosines[1]) == pytest.approx((math.sin(step), math.cos(step)), abs=1e-7)


def test_a_day_and_a_moment_are_told_by_their_number() -> None:
    moments = np.array([-1, 0, DAY - 1, DAY], np.int64)
    assert part("date", moments).tolist() == [-1, 0, 0, 1]
    assert part("moment", moments).tolist() == moments.tolist()
