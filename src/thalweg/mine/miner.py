"""Something that a table says by itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from pydantic import BaseModel, ConfigDict

from thalweg.core.component import Component
from thalweg.engines.table import Table
from thalweg.mine.exhibit import Chart, Grid


class Finding(BaseModel):
    """What a miner found: a title, sentences for a reader, and the facts behind them as JSON values.

    `size` says how many rows were looked at and which, `guard` how it was told from chance; the report shows both
    under the title, then the sentences, then charts and grids.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    sentences: tuple[str, ...] = ()
    facts: dict[str, Any]
    size: str = ""
    guard: str = ""
    charts: tuple[Chart, ...] = ()
    grids: tuple[Grid, ...] = ()


class Miner(Component, ABC):
    """Looks for something in a table."""

    @abstractmethod
    def mine(self, table: Table) -> Finding:
        """What was found. Raises ComponentError where the table does not have what the miner looks at."""
