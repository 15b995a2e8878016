"""Where SQL runs. An engine is the setting in the file; a session is one use of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from thalweg.core.component import Component


class Engine(Component, ABC):
    """Runs the relational work of sources, clean, integrate and mine."""

    @abstractmethod
    def open(self, scratch: Path) -> Session:
        """Start a session that spills what does not fit in memory to the folder `scratch`."""


class Session(ABC):
    """Runs queries built in DuckDB's dialect. Small on purpose: a new engine is these methods and a
    contract test.

    `kept` lists what `keep` has made, so that a stage can store it beside the queries that read it. `scratch` is
    the folder for what need not outlive the session, which removes it.
    """

    kept: list[str]
    scratch: Path

    @abstractmethod
    def sql(self, query: exp.Expr) -> str:
        """The text this engine would run."""

    @abstractmethod
    def columns(self, query: exp.Query) -> dict[str, str]:
        """Names and DuckDB types of a query's columns, without running it."""

    @abstractmethod
    def rows(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """The result of a query that is known to be small."""

    @abstractmethod
    def batches(self, query: exp.Query, size: int = 65_536) -> Iterator[pa.RecordBatch]:
        """The result of a query of any size, streamed, in the order of the query."""

    @abstractmethod
    def table(self, query: exp.Query) -> pa.Table:
        """The result of a query that fits in memory, whole, in the order of the query; sooner there than `batches`."""

    @abstractmethod
    def define(self, name: str, query: exp.Query) -> exp.Table:
        """Make a view; its rows are computed each time they are read."""

    @abstractmethod
    def keep(self, name: str, query: exp.Query) -> exp.Table:
        """Run a query once and keep its rows for this session, in memory or spilled."""

    @abstractmethod
    def offer(self, name: str, data: Any) -> exp.Table:
        """Make an Arrow table or reader, a pandas or Polars frame, or a relation of the engine a view by name."""

    @abstractmethod
    def write_parquet(self, query: exp.Query, path: Path) -> int:
        """Write a query's result to one Parquet file, in order, and return its number of rows."""

    @abstractmethod
    def scan_parquet(self, paths: Sequence[Path]) -> exp.Query:
        """A query over Parquet files in the order given, with the position of each row as `__row`."""

    @abstractmethod
    def read_parquet(self, paths: Sequence[Path]) -> exp.Query:
        """A query over the columns of Parquet files as they are, hidden ones too where they were written."""

    @property
    def reader(self) -> Session:
        """The session that reads sources, whose formats are read by the embedded engine's own functions."""
        return self

    @abstractmethod
    def close(self) -> None:
        """End the session and remove what it spilled."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
