"""Cleaning: a table through its steps, with an account of every row and a query for those set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from sqlglot import exp

from thalweg.clean.passes import Pass, reads_other_rows
from thalweg.clean.settle import Settled, settle
from thalweg.clean.step import Outcome, Step
from thalweg.core.component import parse
from thalweg.core.errors import DataError, at
from thalweg.core.ledger import Entry
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

STEP, RULE = "step", "rule"


@dataclass(frozen=True)
class Cleaned:
    """A table after cleaning, and what became of its rows.

    `table` is a view: its rows are computed when they are read. `quarantined` gives the rows set aside as they came
    in, every column of the raw table, with `__row`, `step` and `rule`, in the order of the source; a raw column of
    one of those names is called `raw_step` or `raw_rule`. None where no row was set aside. `steps` are those that
    were taken, with what they learnt written out; `log` says why, where the program chose them.
    """

    table: Table
    entries: list[Entry]
    quarantined: exp.Query | None
    steps: list[Step]
    log: list[str]


def clean(table: Table, steps: str | Sequence[Step | Mapping[str, Any] | str]) -> Cleaned:
    """Take a table through steps of cleaning, in order; one word, such as `auto`, stands for a step alone.

    Each step sees the rows that those before it kept. Consecutive steps are computed in one pass over the table; a
    step that looks at other rows begins a new one.

    Raises ComponentError where a step does not fit the table, its `path` the position of the step; DataError where
    no row is left.
    """
    course = _Course(table, Pass.over(table))
    for place, step in enumerate([steps] if isinstance(steps, str) else steps):
        with at(place):
            course.take(parse(Step, step))
    course.close()
    cleaned = Cleaned(course.open.base, course.entries, course.quarantined(), course.steps, course.log)
    if course.rows == 0 and course.entries[0].rows_in > 0:
        raise _nothing_left(table, course.entries)
    return cleaned


@dataclass
class _Course:
    """Where a cleaning has got to: passes that are settled, and one that is open."""

    raw: Table
    open: Pass
    settled: list[Settled] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int | None:
        """How many rows are left, where that is known."""
        return self.settled[-1].rows if self.settled else None

    @property
    def entries(self) -> list[Entry]:
        return [entry for settled in self.settled for entry in settled.entries]

    def take(self, step: Step) -> None:
        """Lay a step over the table, or the steps it stands for."""
        outcome = step.apply(self.open.kept())
        if outcome.instead is None:
            self._lay(step, outcome)
            return
        for look in outcome.instead:
            for proposal in look(self.open.kept()):
                self.log.append(proposal.why)
                if proposal.step is not None:
                    self.take(proposal.step)

    def close(self) -> None:
        """Compute the open pass, and open one over the rows it keeps."""
        if not self.open.layers:
            return
        settled = settle(self.open, self.rows)
        self.settled.append(settled)
        self.open = Pass.over(settled.kept)

    def quarantined(self) -> exp.Query | None:
        """The rows set aside in any pass, as they came in."""
        parts = [settled.quarantined for settled in self.settled if settled.quarantined is not None]
        if not parts:
            return None
        told = reduce(lambda one, other: exp.union(one, other, distinct=False), parts)
        clash = {STEP, RULE}
        values = {
            f"raw_{name}" if name in clash else name: sql.column(name, "t") for name in self.raw.columns
        }
        values |= {ROW: sql.column(ROW, "t"), STEP: sql.column(STEP, "q"), RULE: sql.column(RULE, "q")}
        same = exp.EQ(this=sql.column(ROW, "t"), expression=sql.column(ROW, "q"))
        joined = sql.select(self.raw.query, values).join(sql.relation(told, "q"), on=same)
        return joined.order_by(sql.column(ROW, "t"))

    def _lay(self, step: Step, outcome: Outcome) -> None:
        alone = reads_other_rows(outcome) or outcome.added is not None
        if alone:
            self.close()
        self.open = self.open.add(self._label(step), outcome)
        self.steps.append(outcome.learnt or step)
        if alone or self.open.dear:
            self.close()
        if outcome.added is not None:
            self.settled[-1] = self.settled[-1].grown(outcome.added)
            self.open = Pass.over(self.settled[-1].kept)

    def _label(self, step: Step) -> str:
        """The kind of a step, numbered from its second use on."""
        before = sum(1 for taken in self.steps if taken.kind == step.kind)
        return f"{step.kind} {before + 1}" if before else step.kind


def _nothing_left(table: Table, entries: Sequence[Entry]) -> DataError:
    lost = [
        f"{entry.step}: {reason.rows:,} {reason.fate} ({reason.rule})"
        for entry in entries
        for reason in entry.reasons
    ]
    return DataError(
        f"cleaning left none of the {entries[0].rows_in:,} rows of table {table.name!r}: {'; '.join(lost)}",
        hint="loosen or remove the rule that took most of them",
    )
