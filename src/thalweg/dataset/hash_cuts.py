"""A split by the hash of some columns: each part takes its share of the hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from thalweg.dataset.split import Assignment, part_of, reached_at, shares_in_words
from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family


@dataclass(frozen=True)
class HashCuts(Assignment):
    """Nothing is learnt but the columns' types, so that one value has one text in every table."""

    types: Mapping[str, str]
    fractions: tuple[float, ...]
    seed: int

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.types)

    @property
    def rule(self) -> str:
        by = "row" if ROW in self.types else ", ".join(self.types)
        return f"by the hash of each {by} with seed {self.seed}, {shares_in_words(self.fractions)}"

    def expression(self, table: Table) -> exp.Expr | None:
        here = {name: hashable_here(table, name, wanted) for name, wanted in self.types.items()}
        if None in here.values():
            return None
        types = {name: sql_type for name, sql_type in here.items() if sql_type}
        return part_of(
            digest(types, self.seed), [sql.literal(cut(share)) for share in reached_at(self.fractions)]
        )


def hash_cuts(types: Mapping[str, str], fractions: Sequence[float], seed: int) -> HashCuts:
    """A split by the hash of columns of these types. Raises ComponentError for one that can't be hashed."""
    digest(types, seed)
    return HashCuts(types, tuple(fractions), seed)


def hashable_here(table: Table, name: str, wanted: str) -> str | None:
    """The type of a column in a table, where its values have the same text as those of the type wanted."""
    found = "BIGINT" if name == ROW else table.columns.get(name)
    return found if found is not None and family(found) == family(wanted) else None
