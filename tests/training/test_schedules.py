from __future__ import annotations

import math

import pytest

from thalweg.core.component import kinds, parse
from thalweg.training.schedules.schedule import Moment, Schedule

STEPS = 100
every_kind = pytest.mark.parametrize("kind", kinds(Schedule))


def factors(written, scores=(), epochs=10) -> list[float]:
    """The factor of every step, in epochs of 10 steps."""
    schedule = parse(Schedule, written)
    per = STEPS // epochs
    return [schedule.factor(Moment(i, STEPS, i // per, tuple(scores[: i // per]))) for i in range(STEPS)]


@every_kind
def test_factors_are_shares_of_the_learning_rate(kind):
    assert all(0 < factor <= 1 for factor in factors(kind, scores=range(10)))


@every_kind
def test_the_warm_up_rises_evenly_from_nothing(kind):
    found = factors({kind: {"warmup": 0.2}}, scores=range(10))
    first = parse(Schedule, kind).shape(0.0, Moment(0, STEPS, 0))
    assert found[:20] == pytest.approx([first * (i + 1) / 20 for i in range(20)])


def test_constant():
    assert set(factors("constant")) == {1.0}


def test_step():
    found = factors({"step": 3})
    assert found[::10] == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001])


def test_cosine():
    found = factors({"cosine": {"warmup": 0, "end": 0.1}})
    assert found[0] == 1
    assert found[50] == pytest.approx(0.55)
    assert found == sorted(found, reverse=True)
    assert found[99] == pytest.approx(0.1, abs=0.001)


def test_one_cycle():
    found = factors("one_cycle")
    assert found[0] == pytest.approx(0.04)
    assert max(found) == found[30] == 1
    assert found[:31] == sorted(found[:31])
    assert found[30:] == sorted(found[30:], reverse=True)
    assert found[99] < 0.002


def test_plateau_drops_when_scores_stand_still():
    found = factors({"plateau": {"patience": 2, "drop": 0.5}}, scores=[1, 2, 2, 1, 3, 1, 1, 1, 1, 9])
    # epochs 3 and 4 are no better than 2; 6 and 7 no better than 5, 8 and 9 neither
    assert found[::10] == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_plateau_without_scores_is_constant():
    assert set(factors("plateau")) == {1.0}


def test_short_forms():
    assert parse(Schedule, {"plateau": 4}).patience == 4
    assert parse(Schedule, {"step": 7}).every == 7


def test_a_training_of_one_step_has_a_rate():
    for kind in kinds(Schedule):
        factor = parse(Schedule, kind).factor(Moment(0, 1, 0))
        assert math.isfinite(factor)
        assert factor > 0
