"""A miner whose findings can feed the network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from pydantic import Field

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.mine.barred import NOTHING, Barred
from thalweg.mine.fitted import Fitted
from thalweg.mine.learning_rows import Rows
from thalweg.mine.miner import Finding, Miner

FEWEST = 20  # training rows, from which something may be learnt that feeds a network


class FeatureMiner(Miner, ABC):
    """Looks for something in a table, and can tell of each row how it stands to what was found."""

    as_features: bool = False
    """Whether what is found becomes new columns, for the network as any others are: learnt from training rows alone."""
    name: str | None = Field(None, pattern=r"^[^\W_](.*\S)?$")
    """What the new columns are named; needed where two miners of a kind feed the network."""

    fitted: ClassVar[type[Fitted]]
    """The class of what `learn` gives, to read it back from JSON."""

    @property
    @abstractmethod
    def makes(self) -> tuple[str, ...]:
        """The names of the new columns, known before anything is looked at."""

    @abstractmethod
    def look(self, table: Table, barred: Barred) -> tuple[Finding, Callable[[], Fitted]]:
        """What was found, without the columns that are barred; and what makes columns of it, fitted when called.

        Raises ComponentError where the table does not have what the miner looks at, or not enough of it.
        """

    def mine(self, table: Table) -> Finding:
        return self.look(table, NOTHING)[0]

    def learn(self, table: Table, barred: Barred) -> tuple[Finding, Fitted]:
        """What was found, and what makes columns of it. Raises what `look` raises."""
        finding, fit = self.look(table, barred)
        return finding, fit()


def enough(rows: Rows, what: str) -> None:
    """Raises ComponentError where there are too few rows to learn from what feeds a network."""
    found = rows.data.num_rows
    if found < FEWEST:
        raise ComponentError(
            f"{what} need at least {FEWEST} training rows to feed the network, there are {found}; "
            "write as_features: false"
        )
