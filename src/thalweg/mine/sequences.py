"""Sequential patterns: what follows what, for one entity after another."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest
from thalweg.engines.table import ROW, Table
from thalweg.mine.chance import ALPHA, at_least, holm, said
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.miner import Finding, Miner
from thalweg.mine.prefixspan import Pattern, Sequences, holds, patterns_of, shuffled

TOLD, SHOWN, BARS = 5, 50, 15
SHUFFLES = 20  # of every sequence: with hundreds of sequences, chance is known to a hundredth
COMPARED = 300  # patterns, those in most sequences


@dataclass(frozen=True)
class Followed:
    """A pattern by name, the sequences that hold it, and how many would if order were chance."""

    items: tuple[str, ...]
    sequences: int
    total: int
    by_chance: float
    p: float

    @property
    def lift(self) -> float:
        return self.sequences / max(self.by_chance, 1 / SHUFFLES)


class FollowedBy(Miner):
    """Items that many entities have in the same order: `{sequences: {entity: user, time: at, item: page}}`.

    PrefixSpan (Pei 2001); other items may stand between, an entity counts once. A pattern is told when more entities
    hold it than would if each entity's own items came in an order of chance: the items of every sequence are
    shuffled, and the excess is bounded by Hoeffding's inequality, corrected for every pattern looked at (Holm).
    """

    kind: ClassVar[str] = "sequences"

    entity: str
    """The column whose equal values are one sequence."""
    time: str
    """The column that orders a sequence; ties stay in the order of the rows."""
    item: str
    """The column of what happens."""
    support: float = Field(0.05, gt=0, le=1)
    """The share of sequences that hold a pattern, at least."""
    longest: int = Field(4, ge=2)
    """Items of a pattern, at most."""
    sequences: int = Field(20_000, ge=100)
    """Sequences to look at; of more, a sample chosen by a hash."""
    events: int = Field(200, ge=2)
    """Of each sequence, the first so many are looked at."""
    patterns: int = Field(100_000, ge=100)
    """Patterns to hold in memory; where there are more, support is too low."""
    seed: int = Field(0, ge=0)
    """Of the shuffles."""

    @classmethod
    def example(cls) -> FollowedBy:
        return cls.model_validate({"entity": "user", "time": "at", "item": "page"})

    def mine(self, table: Table) -> Finding:
        found, total = self._read(table)
        least = max(math.ceil(self.support * found.count * (1 - 1e-12)), 2)
        patterns = patterns_of(found, least, self.longest, self.patterns) if found.count else {}
        longer = {pattern: held for pattern, held in patterns.items() if len(pattern) > 1}
        kept = [each for each in self._compared(found, patterns, longer) if each.p <= ALPHA]
        return self._told(found, total, len(longer), kept)

    def _read(self, table: Table) -> tuple[Sequences, int]:
        """The sequences, and of how many they are a sample."""
        for name in (self.entity, self.time, self.item):
            table.require(name)
        training = table.training()
        known = [sql.not_null(sql.column(name)) for name in (self.entity, self.time, self.item)]
        training = training.where(sql.all_of(known))
        distinct = exp.Count(this=exp.Distinct(expressions=[sql.column(self.entity)]))
        total = training.aggregate(entities=distinct)["entities"]
        if total > self.sequences:
            chosen = digest({self.entity: table.columns[self.entity]}, 0)
            training = training.where(
                exp.LT(this=chosen, expression=sql.literal(cut(self.sequences / total)))
            )
        wanted = {"entity": sql.column(self.entity), "item": sql.cast(sql.column(self.item), "VARCHAR")}
        order = [sql.column(name) for name in (self.entity, self.time, ROW)]
        place = exp.Window(
            this=exp.RowNumber(), partition_by=[order[0].copy()], order=exp.Order(expressions=order[1:])
        )
        query = sql.select(training.query, wanted).qualify(
            exp.LTE(this=place, expression=sql.literal(self.events))
        )
        found = training.session.table(query.order_by(*(name.copy() for name in order)))
        return _sequences(found) if found.num_rows else _NONE, total

    def _compared(
        self, found: Sequences, patterns: Mapping[Pattern, int], longer: Mapping[Pattern, int]
    ) -> list[Followed]:
        """The patterns in most sequences, beside what chance gives, surest first."""
        if not longer:
            return []
        first = sorted(longer, key=lambda pattern: (-longer[pattern], pattern))[:COMPARED]
        rng = np.random.default_rng(self.seed)
        held = np.zeros((len(first), found.count))
        for _ in range(SHUFFLES):
            other = shuffled(found, rng)
            held += np.stack([holds(other, pattern) for pattern in first])
        chance = (held.sum(axis=1) + 1) / (SHUFFLES * found.count)
        seen = np.array([longer[pattern] for pattern in first])
        items = sum(1 for pattern in patterns if len(pattern) == 1)
        tests = items * sum(1 for pattern in patterns if len(pattern) < self.longest)
        p = holm(at_least(seen, np.full(len(first), found.count), chance), tests)
        made = [
            Followed(
                tuple(found.names[i] for i in pattern),
                longer[pattern],
                found.count,
                float(c * found.count),
                float(v),
            )
            for pattern, c, v in zip(first, chance, p, strict=True)
        ]
        return sorted(made, key=lambda each: (each.p, -each.lift, each.items))

    def _told(self, found: Sequences, total: int, longer: int, kept: list[Followed]) -> Finding:
        looked = f"{found.count:,} sequences" + (f", a sample of {total:,}," if total > found.count else "")
        worth = f"of the {min(longer, COMPARED):,} most common, {len(kept):,} owe it to their order"
        counted = f"{longer:,} patterns are in at least {self.support:.1%} of sequences"
        return Finding(
            title=f"What follows what in {self.item}",
            size=f"{looked} of training rows, the first {self.events:,} events of each; {len(found.names):,} items.",
            guard=f"Each sequence shuffled {SHUFFLES} times; Hoeffding's bound, corrected for every pattern looked at "
            "(Holm).",
            sentences=(f"{counted}; {worth}." if longer else f"{counted}.", *map(_sentence, kept[:TOLD])),
            facts={
                "sequences": found.count,
                "of": total,
                "items": len(found.names),
                "passing": longer,
                "found": len(kept),
                "patterns": [
                    {**vars(each), "items": list(each.items), "lift": each.lift} for each in kept[:SHOWN]
                ],
            },
            charts=_charts(kept[:BARS]),
            grids=_grids(kept[:SHOWN]),
        )


_NONE = Sequences((), np.zeros(0, np.int64), np.zeros(1, np.int64))


def _sequences(data: pa.Table) -> Sequences:
    entity = pc.dictionary_encode(data["entity"]).combine_chunks().indices.to_numpy()
    encoded = pc.dictionary_encode(data["item"]).combine_chunks()
    starts = np.flatnonzero(np.diff(entity, prepend=-1, append=-1))
    return Sequences(
        tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy().astype(np.int64), starts
    )


def _sentence(each: Followed) -> str:
    share = f"{each.sequences:,} of {each.total:,} sequences ({each.sequences / each.total:.1%})"
    return f"{' → '.join(each.items)}: in {share}; by chance {each.by_chance:,.0f} would have this order."


def _charts(kept: list[Followed]) -> tuple[Chart, ...]:
    if not kept:
        return ()
    names = tuple(" → ".join(each.items) for each in kept)
    seen = Trace(shape="bars", x=tuple(each.sequences for each in kept), y=names, name="seen")
    chance = Trace(shape="bars", x=tuple(each.by_chance for each in kept), y=names, name="by chance")
    return (
        Chart(title="Sequences that hold the pattern", traces=(seen, chance), x="sequences", sideways=True),
    )


def _grids(kept: list[Followed]) -> tuple[Grid, ...]:
    if not kept:
        return ()
    rows = tuple(
        (" → ".join(e.items), f"{e.sequences:,}", f"{e.by_chance:,.0f}", f"{e.lift:.1f}", said(e.p))
        for e in kept
    )
    head = ("pattern", "sequences", "by chance", "times chance", "chance")
    return (Grid(title="The patterns", head=head, rows=rows, numbers=4),)
