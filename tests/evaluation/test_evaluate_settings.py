"""The section `evaluate` of the user's file."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from thalweg.evaluation.settings import Evaluate


def test_short_forms() -> None:
    settings = Evaluate.model_validate({"slices": "carrier", "importance": False})
    assert settings.slices == ("carrier",)
    assert settings.importance.rows == 0
    assert Evaluate.model_validate({"importance": True}) == Evaluate()


def test_an_unknown_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match=r"unknown key 'slice'; did you mean 'slices'\?"):
        Evaluate.model_validate({"slice": ["carrier"]})


def test_too_few_resamples_for_an_interval_are_refused() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 20"):
        Evaluate.model_validate({"resamples": 5})
