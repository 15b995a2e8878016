"""What tells about the target: how much each input knows of it, and simple rules that hold on other rows."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_number
from thalweg.mine.chance import ALPHA, said
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.information import SHUFFLES, Told, codes_of, informative
from thalweg.mine.learning_rows import Rows, halves
from thalweg.mine.leaves import Leaf, leaves_of
from thalweg.mine.matrix import scale_of, usable
from thalweg.mine.miner import Finding, Miner

SHOWN, LEAVES = 20, 8


class Target(Miner):
    """Which inputs tell about a target, and by which rules: `{target: late}` or `{target: {column: late, depth: 2}}`.

    Mutual information of each input, cut into tenths or values, with the target; chance is what shuffled targets give,
    corrected for the number of inputs by the greatest of each shuffle (Westfall & Young 1993). Rules are the leaves of
    a shallow tree (CART, Breiman 1984), told when they hold on rows that the tree did not see.
    """

    kind: ClassVar[str] = "target"

    column: str
    """What is to be predicted: a category, a boolean or a number."""
    exclude: tuple[str, ...] = ()
    """Columns to leave out: those that are not known when a prediction is asked for."""
    depth: int = Field(3, ge=1, le=6)
    """Questions of a rule, at most."""
    rows: int = Field(20_000, ge=100)
    """Rows to look at, and as many to check on; of more, a sample chosen by a hash."""
    seed: int = Field(0, ge=0)
    """Of the shuffles and the tree."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Target:
        return cls.model_validate({"column": "late"})

    def mine(self, table: Table) -> Finding:
        kind = table.columns[table.require(self.column)]
        if not (is_number(kind) or family(kind) in ("text", "boolean")):
            raise ComponentError(
                f"the target {self.column!r} is {kind}; expected a number, text or a boolean"
            )
        made_of_it = [name for name in table.columns if _derived(table, name, self.column)]
        wanted = usable(table, (), (*self.exclude, *made_of_it, self.column))
        learnt, kept, which = halves(table, [*wanted, self.column], self.rows)
        learnt, kept = (Rows(_known(rows.data, self.column), rows.of) for rows in (learnt, kept))
        if min(learnt.data.num_rows, kept.data.num_rows) < 20:
            raise ComponentError(
                f"expected at least 20 rows with a target {self.column!r} to learn from and to check on"
            )
        scale = scale_of(learnt.data, table.columns, wanted)
        y = codes_of(learnt.data[self.column])
        inputs = {name: codes_of(learnt.data[name]) for name in scale.names}
        told = informative(inputs, y, self.seed)
        number = is_number(kind) and len(np.unique(y)) > 2
        leaves = leaves_of(scale, learnt.data, kept.data, self.column, number, self.depth, self.seed)
        return self._told(learnt, kept, which, told, leaves, made_of_it)

    def _told(
        self, learnt: Rows, kept: Rows, which: str, told: list[Told], leaves: list[Leaf], derived: list[str]
    ) -> Finding:
        telling = [each for each in told if each.p <= ALPHA]
        holding = [leaf for leaf in leaves if leaf.p <= ALPHA]
        first = ", ".join(each.name for each in telling[:5])
        counted = f"{len(telling)} of {len(told)} inputs tell something about {self.column}"
        sentences = [f"{counted}, most of all {first}." if telling else f"{counted}: none beyond chance."]
        sentences += [leaf.sentence for leaf in holding[:LEAVES]]
        if not holding:
            sentences.append(f"No simple rule about {self.column} holds on {which}.")
        left_out = f" Left out, being made of it: {', '.join(derived)}." if derived else ""
        return Finding(
            title=f"What tells about {self.column}",
            size=f"{learnt.size}; rules checked on {kept.data.num_rows:,} {which}.{left_out}",
            guard=f"The target shuffled {SHUFFLES} times, corrected for the number of inputs; each rule tested on "
            f"{which} (exact binomial or t-test, Holm).",
            sentences=tuple(sentences),
            facts={
                "rows": learnt.data.num_rows,
                "held_out": kept.data.num_rows,
                "inputs": [vars(each) for each in told],
                "found": len(telling),
                "leaves": [leaf.written() for leaf in holding],
                "left_out": derived,
            },
            charts=_charts(telling[:SHOWN]),
            grids=_grids(holding, telling[:SHOWN]),
        )


def _derived(table: Table, name: str, target: str) -> bool:
    """Whether a column is one that the target was made of, or made of the same."""
    origin, its = table.lineage.get(target, frozenset()), table.lineage.get(name, frozenset())
    return name != target and bool(origin & its)


def _known(data: pa.Table, target: str) -> pa.Table:
    return data.filter(data[target].is_valid())


def _charts(telling: list[Told]) -> tuple[Chart, ...]:
    if not telling:
        return ()
    names = tuple(each.name for each in telling)
    seen = Trace(shape="bars", x=tuple(each.bits for each in telling), y=names, name="told")
    chance = Trace(shape="bars", x=tuple(each.by_chance for each in telling), y=names, name="by chance")
    return (Chart(title="How much each input knows", traces=(seen, chance), x="bits", sideways=True),)


def _grids(holding: list[Leaf], telling: list[Told]) -> tuple[Grid, ...]:
    grids = []
    if holding:
        head = ("when", "then", "rows", "held-out rows", "held out", "of all", "chance")
        grids.append(
            Grid(title="Rules that hold", head=head, rows=tuple(leaf.cells for leaf in holding), numbers=5)
        )
    if telling:
        rows = tuple((e.name, f"{e.bits:.4f}", f"{e.by_chance:.4f}", said(e.p)) for e in telling)
        head = ("input", "bits", "by chance", "chance")
        grids.append(Grid(title="Mutual information", head=head, rows=rows, numbers=3))
    return tuple(grids)
