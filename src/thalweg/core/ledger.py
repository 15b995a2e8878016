"""The account of rows: what came in, what became of each, and why.

For every step:   rows_in  = kept + merged + dropped + quarantined
                  rows_out = kept + added
`added` is not zero only where a step makes rows: a union, or a join that was allowed to fan out.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from thalweg.core.errors import DataError


class Reason(BaseModel):
    """Why some rows left: the fate, the rule in words, and how many."""

    model_config = ConfigDict(frozen=True)

    fate: Literal["merged", "dropped", "quarantined"]
    rule: str
    rows: int


class Entry(BaseModel):
    """One line of the account. Raises DataError when it does not add up."""

    model_config = ConfigDict(frozen=True)

    stage: str
    table: str
    step: str
    rows_in: int
    kept: int
    merged: int = 0
    dropped: int = 0
    quarantined: int = 0
    added: int = 0
    reasons: tuple[Reason, ...] = ()
    changed: dict[str, int] = Field(default_factory=dict)
    """Cells changed, by column."""
    notes: dict[str, Any] = Field(default_factory=dict)
    """Other facts worth telling: rows of a join without a partner, values truncated …"""

    @property
    def rows_out(self) -> int:
        return self.kept + self.added

    @model_validator(mode="after")
    def _adds_up(self) -> Entry:
        out = self.kept + self.merged + self.dropped + self.quarantined
        if out != self.rows_in or min(self.kept, self.merged, self.dropped, self.quarantined, self.added) < 0:
            raise DataError(
                f"{self.stage}, {self.table}, {self.step}: rows do not add up: {self.rows_in} in, {self.kept} kept, "
                f"{self.merged} merged, {self.dropped} dropped, {self.quarantined} quarantined"
            )
        for fate in ("merged", "dropped", "quarantined"):
            rows = sum(reason.rows for reason in self.reasons if reason.fate == fate)
            if rows != getattr(self, fate):
                raise DataError(
                    f"{self.stage}, {self.table}, {self.step}: {getattr(self, fate)} rows {fate}, "
                    f"but reasons are given for {rows}"
                )
        return self
