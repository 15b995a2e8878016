"""Steps proposed from what the training rows look like."""

from __future__ import annotations

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
from thalweg.clean.step import Outcome, Proposal, Step
from thalweg.clean.summary import summarize
from thalweg.engines.table import Table


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
        return Outcome(instead=tuple(self.propose(table)))

    def propose(self, table: Table) -> list[Proposal]:
        """The steps worth taking, in order, each with a sentence that says why."""
        summary = summarize(table.training())
        if not summary.rows:
            return []
        found = [*constants(summary), *blanks(summary), *spellings(summary)]
        ready = _after(table, found)
        for look in (
            misread,
            lambda t: run_together(t, summary),
            determined,
            slipped,
            measured,
            typed,
            affirmed,
            dated,
        ):
            more = look(ready)
            found += more
            ready = _after(ready, more)
        return [*found, *lonely(ready, summary), *repeated(ready)]


def _after(table: Table, proposals: list[Proposal]) -> Table:
    """The table with the cells that proposed steps would give it."""
    for proposal in proposals:
        if proposal.step is not None:
            table = table.change(proposal.step.apply(table).changes)
    return table
