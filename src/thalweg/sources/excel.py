"""Excel workbooks."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self
from xml.etree.ElementTree import ParseError

from pydantic import Field

from thalweg.core.errors import MissingExtra, SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.suggest import did_you_mean
from thalweg.sources.found import ends_in, fingerprint_files, found, path_and, size_of
from thalweg.sources.relay import Relay
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.core.errors import DataError
    from thalweg.engines.engine import Session

ENDINGS = (".xlsx", ".xlsm")
ROWS = 16_384
MIXED = "VARCHAR"
DAMAGED = (zipfile.BadZipFile, zlib.error, ParseError, EOFError)


class Excel(Source):
    """Read a sheet of an Excel workbook: `sales.xlsx`, `sales.xlsx#2024`, `{path: sales.xlsx, header_row: 3}`.

    A column has the type that all its cells have: whole numbers BIGINT, numbers DOUBLE, dates DATE or TIMESTAMP, truth
    values BOOLEAN; where cells differ, text, and the ledger says so. Formulas count as the values that were stored with
    them. Rows without any value are no rows.
    """

    kind: ClassVar[str] = "excel"

    path: str
    """The workbook, from the folder of the pipeline file."""
    sheet: str | None = None
    """The sheet. Left out: the first."""
    header_row: int = Field(default=1, ge=1)
    """The row that names the columns, counted from 1; what stands above it is left out."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return path_and(value, "sheet")

    @classmethod
    def claims(cls, value: Any) -> bool:
        return ends_in(value, ENDINGS)

    @classmethod
    def example(cls) -> Self:
        return cls(path="sales.xlsx", sheet="2024", header_row=3)

    def fingerprint(self, folder: Path) -> str:
        return fingerprint([self.written(), fingerprint_files(found([self.path], folder))])

    def within(self, folder: Path) -> Mapping[str, Source]:
        (path,) = found([self.path], folder)[:1]
        names = _sheets(path) if self.sheet is None else []
        fields = {"path": self.path, "header_row": self.header_row}
        return {name: Excel(**fields, sheet=name) for name in names} if len(names) > 1 else {}

    def files(self, folder: Path) -> Sequence[Path]:
        return found([self.path], folder)

    def size(self, folder: Path) -> int:
        return size_of(found([self.path], folder))

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.names import unlike

        (path,) = found([self.path], place.folder)[:1]
        rows = _rows(path, self.sheet, self.header_row)
        first = next(rows, ())
        while first and first[-1] is None:
            first = first[:-1]
        if not first:
            raise SourceError(
                f"{path}: row {self.header_row} names no columns", hint="say which row does, with: header_row"
            )
        names = [f"column{i}" if cell is None else str(cell).strip() for i, cell in enumerate(first)]
        unlike(names, str(path))
        kinds: list[set[str]] = [set() for _ in names]
        for row in rows:
            for column, cell in zip(kinds, row, strict=False):
                if cell is not None:
                    column.add(_kind(cell))
        types = {column: _type(seen) for column, seen in zip(names, kinds, strict=True)}
        mixed = {
            column: f"cells of {' and '.join(sorted(seen))}, read as text"
            for column, seen in zip(names, kinds, strict=True)
            if types[column] == MIXED and len(seen) > 1
        }
        return OpenedExcel(place.session, self, path, types, {"types": mixed} if mixed else {})


@dataclass(frozen=True)
class OpenedExcel(Opened):
    """A sheet whose columns are known; its cells are read anew each time, a row at a time."""

    session: Session
    settings: Excel
    path: Path
    types: Mapping[str, str]
    told: Mapping[str, Any]
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "relay", Relay(self.session, "excel"))

    @property
    def query(self) -> exp.Query:
        import pyarrow as pa

        arrow = {
            **{"BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()},
            **{"TIMESTAMP": pa.timestamp("us"), "TIME": pa.time64("us"), "VARCHAR": pa.string()},
        }
        schema = pa.schema([(name, arrow[kind]) for name, kind in self.types.items()])
        return self.relay.offer(schema, self._batches(schema))

    @property
    def notes(self) -> Mapping[str, Any]:
        return self.told

    def mend(self, error: DataError) -> Opened:
        raise self.relay.told(error) from None

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        rows = _rows(self.path, self.settings.sheet, self.settings.header_row)
        next(rows, None)
        gathered: list[Sequence[Any]] = []
        for row in rows:
            cells = [*row[: len(schema)], *[None] * (len(schema) - len(row))]
            if any(cell is not None for cell in cells):
                gathered.append(cells)
            if len(gathered) == ROWS:
                yield self._batch(gathered, schema)
                gathered = []
        if gathered:
            yield self._batch(gathered, schema)

    def _batch(self, rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
        import pyarrow as pa

        columns = zip(*rows, strict=True)
        arrays = [
            pa.array([_value(cell, kind) for cell in cells], field.type)
            for cells, kind, field in zip(columns, self.types.values(), schema, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _rows(path: Path, sheet: str | None, first: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet from `first` on, streamed. Raises SourceError where the file is no workbook."""
    with _opened(path) as book:
        names = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in names:
            raise SourceError(f"{path} has no sheet {sheet!r}", hint=did_you_mean(sheet, names))
        chosen = book[names[0] if sheet is None else sheet]
        chosen.reset_dimensions()  # what a program wrote down of a sheet's size need not be so
        with warnings.catch_warnings():  # of dates that Excel itself could not show: their cells say #VALUE!
            warnings.simplefilter("ignore", UserWarning)
            yield from chosen.iter_rows(min_row=first, values_only=True)


def _sheets(path: Path) -> list[str]:
    """The names of the sheets, in the order of the workbook."""
    with _opened(path) as book:
        return [each.title for each in book.worksheets]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A workbook for as long as the block lasts. Raises SourceError where the file is none."""
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise MissingExtra("openpyxl", "excel") from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, OSError, ValueError, *DAMAGED) as error:
        raise _damaged(path, error) from error
    try:
        yield book
    except DAMAGED as error:
        raise _damaged(path, error) from error
    finally:
        book.close()


def _damaged(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path} is damaged, or is no Excel workbook: {error}", hint="save it again")


def _kind(cell: Any) -> str:
    if isinstance(cell, bool):
        return "BOOLEAN"
    if isinstance(cell, int):
        return "BIGINT" if -(2**63) <= cell < 2**63 else "DOUBLE"
    if isinstance(cell, float):
        return "DOUBLE"
    if isinstance(cell, datetime):
        return "DATE" if cell.time() == time() else "TIMESTAMP"
    if isinstance(cell, date):
        return "DATE"
    return "TIME" if isinstance(cell, time) else MIXED


def _type(seen: set[str]) -> str:
    if len(seen) == 1:
        return next(iter(seen))
    if seen == {"BIGINT", "DOUBLE"}:
        return "DOUBLE"
    return "TIMESTAMP" if seen == {"DATE", "TIMESTAMP"} else MIXED


def _value(cell: Any, kind: str) -> Any:
    if cell is None:
        return None
    if kind == MIXED:
        return str(cell)
    if kind == "DATE" and isinstance(cell, datetime):
        return cell.date()
    return float(cell) if kind == "DOUBLE" else cell
