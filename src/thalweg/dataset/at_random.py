"""Divide rows by chance, the same chance every time."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, field_validator

from thalweg.dataset.hash_cuts import hash_cuts
from thalweg.dataset.split import USUAL, Assignment, Fractions, Split
from thalweg.engines.table import ROW, Table


class AtRandom(Split):
    """Divide rows at random, by a hash: a row's part depends on nothing but the row and the seed.

        split: random
        split: {random: {fractions: [0.8, 0.1, 0.1], key: [order_id], seed: 7}}

    With a key, rows of one key stay together and keep their part when other rows come or go. Without, the
    hash is of the row's position in its source. The seed is the split's own, so that a change of the run's
    seed judges on the same rows.
    """

    kind: ClassVar[str] = "random"

    fractions: Fractions = USUAL
    """The shares of rows (of keys, with a key) for training, validation and test, kept as chance keeps them."""
    key: tuple[str, ...] | None = None
    """Columns of the main table that identify a row."""
    seed: int = Field(default=0, ge=0)
    """Another seed, another division."""

    @field_validator("key", mode="before")
    @classmethod
    def _one_or_more(cls, key: Any) -> Any:
        return (key,) if isinstance(key, str) else key or None

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"fractions": value} if isinstance(value, list) else value

    def fit(self, main: Table) -> Assignment:
        types = {name: main.columns[main.require(name, "key column")] for name in self.key or ()}
        return hash_cuts(types or {ROW: "BIGINT"}, self.fractions, self.seed)
