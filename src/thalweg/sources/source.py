"""A place that rows come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from thalweg.core.component import Component
from thalweg.engines.engine import Session


class Opened(ABC):
    """A source found, its columns known, its rows not yet read."""

    @property
    @abstractmethod
    def query(self) -> exp.Query:
        """All its rows, in the source's order, without hidden columns. Reading it fills `rejected`."""

    @property
    def parquet(self) -> list[Path] | None:
        """Its files, where they are Parquet already and can be read where they lie instead of being copied."""
        return None

    def rejected(self) -> pa.Table | None:
        """What could not be read as a row, once `query` has run: columns `line`, `text`, `reason`."""
        return None


@dataclass(frozen=True)
class Place:
    """Where a source is opened: a session, and the folder that relative paths start from."""

    session: Session
    folder: Path


class Source(Component, ABC):
    """Reads rows from somewhere."""

    @abstractmethod
    def fingerprint(self, folder: Path) -> str:
        """What the source holds now, in short: changes when its content does."""

    @abstractmethod
    def open(self, name: str, place: Place) -> Opened:
        """Find the source and its columns. Raises SourceError where it is missing or not what it should be."""

    def size(self, folder: Path) -> int | None:
        """Bytes it takes where it lies, if that is cheap to know; plans are estimated from it."""
        return None
