"""A place that rows come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, PrivateAttr, model_validator

from thalweg.core.component import Component
from thalweg.core.errors import ComponentError
from thalweg.sources.accumulated.incremental import Incremental

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.core.errors import DataError
    from thalweg.engines.engine import Session
    from thalweg.sources.accumulated.accumulator import Accumulator


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

    @property
    def certain(self) -> bool:
        """Whether reading can no longer show that the columns were guessed wrongly."""
        return True

    @property
    def notes(self) -> Mapping[str, Any]:
        """What was found out or decided about the source, for the ledger."""
        return {}

    def judge(self, rows: int, kept: exp.Query) -> Opened | None:
        """Once `query` has run and gave `rows` rows, which `kept` reads again: None where that can be believed,
        else a better way to open the source. Raises SourceError where there is none."""
        return None

    def mend(self, error: DataError) -> Opened:
        """A better way to open the source after `query` failed with `error`; raises the error where there is none."""
        raise error

    def rejected(self) -> Iterator[pa.RecordBatch]:
        """What could not be read as a row, once `query` has run, in the source's order: the columns of `REJECTED`."""
        return iter(())

    def close(self) -> None:
        """Remove what was copied to read it, sooner than the session would."""
        return None


REJECTED = {
    "file": "string",  # where it stands, or the name of the table
    "line": "int64",  # counted from 1; of a stream the offset; NULL of a file that was set aside whole
    "text": "string",  # as it was written
    "rule": "string",  # what is wrong, in the words of the ledger
    "reason": "string",  # the same, with the particular value
}


@dataclass(frozen=True)
class Place:
    """Where a source is opened: a session, and the folder that relative paths start from.

    `store` is a folder for what later stages read again, such as the files of an archive; it outlives the session.
    None: nothing is read again, and the session's scratch folder will do.
    """

    session: Session
    folder: Path
    store: Path | None = None


class Source(Component, ABC):
    """Reads rows from somewhere."""

    media: ClassVar[str | None] = None
    """What its rows stand for, such as images, where what is to be learnt from is not among its columns."""

    incremental: Incremental | None = Field(default=None, exclude_if=lambda value: value is None)
    """Whether a second run reads only what is new: `files`, or `{watermark: COLUMN}`. Left out: a source that has
    changed is read again, whole."""

    _expected: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _can_be_incremental(self) -> Self:
        path = type(self).model_fields.get("path")
        if (
            self.incremental
            and self.incremental.files
            and (path is None or "tuple" not in str(path.annotation))
        ):
            raise ComponentError(
                f"incremental: a source of the kind {self.kind!r} is not made of files that could be read one by one",
                hint="leave it out; or read rows beyond a column's highest value: incremental: {watermark: COLUMN}",
            )
        return self

    def accumulator(self, name: str, folder: Path) -> Accumulator | None:
        """What adds new rows to those that are stored; None of a source that is read whole. Relative paths
        start from `folder`."""
        if self.incremental is None:
            return None
        from thalweg.sources.accumulated.new_files import NewFiles
        from thalweg.sources.accumulated.watermark import Watermark

        reader = NewFiles if self.incremental.files else Watermark
        return reader(name, self, self.incremental, folder)

    @abstractmethod
    def fingerprint(self, folder: Path) -> str:
        """What the source holds now, in short: changes when its content does."""

    @abstractmethod
    def open(self, name: str, place: Place) -> Opened:
        """Find the source and its columns. Raises SourceError where it is missing or not what it should be."""

    def within(self, folder: Path) -> Mapping[str, Source]:
        """The tables of a place that holds several and was not told which, each a source of its own, by what is
        written after `#` to name it; else none. Raises SourceError where it can't be read."""
        return {}

    def declared(self, folder: Path) -> Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]:
        """The foreign keys that a database declares of this table: its columns, and the other table, as `within` names
        it, with the columns they refer to. Raises SourceError where it can't be read."""
        return {}

    @classmethod
    def of_folder(cls, folder: Path) -> Source | None:
        """The one table that a whole folder is, where its layout says so; else None. Its path is the folder's."""
        return None

    @classmethod
    def of_file(cls, file: Path) -> Source | None:
        """The table that a file may be whose ending says that it is data and not of which kind, such as `.data`; else
        None. Its path is the file's."""
        return None

    def typed(self, types: Mapping[str, str]) -> Self:
        """The same source, reading the named columns, where it has them, as these DuckDB types instead of guessing."""
        copy = self.model_copy()
        copy._expected = dict(types)
        return copy

    @property
    def expected(self) -> Mapping[str, str]:
        """Types of columns that are known from elsewhere, by name."""
        return self._expected

    def files(self, folder: Path) -> Sequence[Path]:
        """The files that its rows stand in and that might be written to while it is read; none of a source that
        is read in one snapshot or one version. Raises SourceError where one is missing."""
        return ()

    def size(self, folder: Path) -> int | None:
        """Bytes it takes where it lies, if that is cheap to know; plans are estimated from it."""
        return None
