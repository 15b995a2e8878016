"""How the network is judged: the section `evaluate` of the user's file."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from thalweg.core.component import Section


class Importance(Section):
    """How much worse the network gets when one input column is shuffled. `false` leaves it out."""

    rows: int = Field(default=5_000, ge=0)
    """Test rows it is measured on, at most; 0 leaves it out."""
    repeats: int = Field(default=3, ge=2)
    """Shuffles of each column; their spread is reported."""
    columns: int = Field(default=200, ge=1)
    """Columns it is measured for, at most; the report tells of those that were not."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return {} if value else {"rows": 0}
        return value


class Evaluate(Section):
    """What the network is compared with, and where it is looked at closely."""

    slices: tuple[str, ...] = ()
    """Columns by whose values test rows are judged apart; numbers and times are cut into quantile bins."""
    baseline: bool = True
    """Whether boosted trees (LightGBM) on the same rows and inputs stand beside the network."""
    linear: bool = True
    """Whether a linear model on the same rows and inputs stands beside the network."""
    resamples: int = Field(default=200, ge=20, le=10_000)
    """Bootstrap resamples of the test rows, from which the 95% intervals are taken."""
    importance: Importance = Importance()
    """Permutation importance of the input columns."""
    rows: int = Field(default=300_000, ge=1)
    """Test rows judged, at most; the report tells where there were more."""
    training_rows: int = Field(default=1_000_000, ge=1)
    """Training rows that the baselines learn from, at most; the report tells where there were more."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("slices"), str):
            return {**value, "slices": [value["slices"]]}
        return value
