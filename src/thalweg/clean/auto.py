"""Steps proposed from what the training rows look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from thalweg.clean.propose.affirmed import affirmed
from thalweg.clean.propose.blanks import blanks
from thalweg.clean.propose.constants import constants
from thalweg.clean.propose.dated import dated
from thalweg.clean.propose.determined import determined
from thalweg.clean.propose.lonely import lonely
from thalweg.clean.propose.measured import measured
from thalweg.clean.propose.misread import misread
from thalweg.clean.propose.repeated import repeated
from thalweg.clean.propose.run_together import run_together
from thalweg.clean.propose.slipped import slipped
from thalweg.clean.propose.spellings import spellings
from thalweg.clean.propose.typed import typed
from thalweg.clean.step import Look, Outcome, Proposal, Step
from thalweg.clean.summary import summarize
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import Table

KEPT_CELLS = (
    2_000_000  # of a table up to which it is computed once after each step, and not anew by each look
)


class Auto(Step):
    """Look at the training rows and take the steps they ask for, with the reason of each.

    Proposed are: blanks around texts taken away; spellings such as `?` and `NA` turned into missing; two values in one
    cell parted; misspelt values repaired by the columns that decide them, or by the far more frequent value they are a
    slip away from; texts that are numbers (with a unit, a percent sign, a currency), dates or booleans read as such;
    whole rows that occur twice merged; single absurd values emptied. A row is never dropped or set aside by a guess:
    cells that don't fit become missing, and are counted. What is only
    suspicious is told and left. The steps that were taken are written into the resolved file of the run.
    """

    kind: ClassVar[str] = "auto"

    def apply(self, table: Table) -> Outcome:
        return Outcome(instead=self.looks(table))

    def looks(self, table: Table) -> tuple[Look, ...]:
        """What to look for, in order, each at the table with the steps that were found before."""
        summary = summarize(table.training())
        if not summary.rows:
            return ()
        once = _Once(summary.rows * len(table.columns) <= KEPT_CELLS)
        first = [*constants(summary), *blanks(summary), *spellings(summary)]
        return (
            lambda t: first,
            *(
                once.before(look)
                for look in (
                    misread,
                    lambda t: run_together(t, summary),
                    determined,
                    slipped,
                    measured,
                    typed,
                    affirmed,
                    dated,
                    lambda t: lonely(t, summary),
                    repeated,
                )
            ),
        )

    def propose(self, table: Table) -> list[Proposal]:
        """The steps worth taking, in order, each with a sentence that says why."""
        found: list[Proposal] = []
        for look in self.looks(table):
            more = look(table)
            found += more
            for proposal in more:
                if proposal.step is not None:
                    table = table.change(proposal.step.apply(table).changes)
        return found


@dataclass
class _Once:
    """Computes the rows of a `small` table once for all looks at it, which else would each compute the repairs of all
    the steps before them."""

    small: bool
    query: str = ""
    kept: Table | None = None

    def before(self, look: Look) -> Look:
        return lambda table: look(self.computed(table))

    def computed(self, table: Table) -> Table:
        if not self.small:
            return table
        names = [*table.columns, *table.hidden]
        text = table.session.sql(table.query)
        if self.kept is None or self.query != text:
            name = f"auto_{fingerprint(text)}"
            rows = table.session.keep(name, sql.select(table.query, names))
            table.session.kept.remove(name)  # it is no part of the result
            self.query, self.kept = text, replace(table, query=sql.select(rows, names))
        return self.kept
