"""Delimited text: CSV, TSV and their relations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.sources.found import fingerprint_files, found, size_of
from thalweg.sources.object_store import S3, fetched_files, fingerprint_objects, is_remote
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    from thalweg.sources.lines.engine_reader import Values
    from thalweg.sources.lines.records import Grammar

ENDINGS = (".csv", ".tsv", ".txt")
DATA = (".data", ".dat")  # data, of whatever kind
PACKED = ("", ".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip")


class Csv(Source):
    """Read delimited text: one file, several with the same header, or a pattern such as `sales/*.csv`.

    What is not said is found out: the delimiter, whether there is a header, and the types, from the first 20,480
    lines. A guessed type that more than one in a hundred values contradict is wrong, and the column is read again as
    text; where fewer do, those rows go to quarantine, as does every line with too few or too many fields, a broken
    quote, bytes that are not in the encoding, or a value that is not of its declared type. Integers and dates are
    never rounded: a guessed integer column that turns out to hold fractions is read again as DOUBLE. Empty is NULL.
    Blank lines are no rows. Compressed files (gzip, zstd, bz2, xz, lz4, zip) and other encodings than UTF-8 are first
    copied to the run's scratch folder, as are files at `s3://bucket/…`.
    """

    kind: ClassVar[str] = "csv"

    path: str | tuple[str, ...]
    """The file, a pattern, or a list of files; from the folder of the pipeline file, or `s3://bucket/…`."""
    s3: S3 = S3()
    """Where an `s3://` path leads, if not to Amazon."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=4)
    """What stands between fields, up to four characters. Left out: found out among comma, tab, semicolon and bar."""
    quote: str = Field(default='"', max_length=1)
    """What stands around fields that hold delimiters. Empty: quotes are ordinary characters."""
    escape: str | None = Field(default=None, max_length=1)
    """What stands before a quote inside quotes. Left out: the quote itself, doubled."""
    header: bool | None = None
    """Whether the first line names the columns. Left out: found out, and false where `names` are given."""
    names: tuple[str, ...] | None = None
    """The names of the columns, in order, for a file without a header or in place of its own."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Types of columns by name, such as `{zip: VARCHAR, price: DOUBLE}`. Those left out are found out."""
    encoding: str = "utf-8"
    """How the text is encoded: any of Python's names, such as latin-1, utf-16 or gb18030."""
    nulls: tuple[str, ...] = ()
    """Spellings of a missing value, such as `[NA, "?"]`. An empty field is always one."""
    decimal: str = Field(default=".", min_length=1, max_length=1)
    """The decimal separator."""
    thousands: str | None = Field(default=None, min_length=1, max_length=1)
    """The separator of thousands, where there is one."""
    date_format: str | None = None
    """How dates are written, such as `%d/%m/%Y`. Left out: found out."""
    timestamp_format: str | None = None
    """How points in time are written, such as `%d/%m/%Y %H:%M`. Left out: found out."""
    skip: int = Field(default=0, ge=0)
    """Lines to leave out at the beginning of each file."""
    trim: bool = False
    """Whether to take spaces off both ends of text."""
    member: str | None = None
    """Which file of a zip archive to read, where it holds several."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, (str, list)) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        path = value.get("path") if isinstance(value, dict) else value
        paths = path if isinstance(path, (list, tuple)) and path else [path]
        return all(isinstance(each, str) and named_as_text(each) for each in paths)

    @classmethod
    def of_file(cls, file: Path) -> Source | None:
        return cls(path=str(file)) if file.suffix.lower() in DATA else None

    @classmethod
    def example(cls) -> Self:
        return cls(path="flights.csv", nulls=("NA",), columns={"distance": "DOUBLE"})

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str) -> str:
        from thalweg.sources.lines.encoding import known_encoding

        return known_encoding(value)

    @field_validator("columns")
    @classmethod
    def _are_types(cls, value: dict[str, str]) -> dict[str, str]:
        from thalweg.sources.declared import sql_type

        return {name: sql_type(kind, name) for name, kind in value.items()}

    @field_validator("quote", "escape")
    @classmethod
    def _is_plain(cls, value: str | None) -> str | None:
        if value and (not value.isascii() or value in "\r\n"):
            raise ComponentError(f"expected one ASCII character that is no line end, received {value!r}")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.delimiter is not None and (self.delimiter == self.quote or set(self.delimiter) & set("\r\n")):
            raise ComponentError(f"the delimiter {self.delimiter!r} cannot be the quote or hold a line end")
        if self.names is not None and len({name.casefold() for name in self.names}) < len(self.names):
            raise ComponentError(f"names must differ, in more than case: {', '.join(self.names)}")
        return self

    def grammar(self, delimiter: str) -> Grammar:
        """How fields are told apart, once the delimiter is known."""
        from thalweg.sources.lines.records import Grammar

        return Grammar(delimiter, self.quote, self.quote if self.escape is None else self.escape)

    @property
    def values(self) -> Values:
        """How the text of a field becomes a value."""
        from thalweg.sources.lines.engine_reader import Values

        return Values(
            self.nulls, self.decimal, self.thousands, self.date_format, self.timestamp_format, self.trim
        )

    def fingerprint(self, folder: Path) -> str:
        if is_remote(self.path):
            return fingerprint([self.written(), fingerprint_objects(self.path, self.s3)])
        return fingerprint([self.written(), fingerprint_files(found(self.path, folder))])

    def files(self, folder: Path) -> Sequence[Path]:
        return () if is_remote(self.path) else found(self.path, folder)

    def size(self, folder: Path) -> int | None:
        return None if is_remote(self.path) else size_of(found(self.path, folder))

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.lines.opening import open_lines

        if is_remote(self.path):
            files = fetched_files(self.path, self.s3, place.session.scratch)
            return open_lines(self.model_copy(update={"path": files}), place)
        return open_lines(self, place)


def named_as_text(path: str) -> bool:
    """Whether a path ends as delimited text does, packed or not."""
    return path.lower().endswith(tuple(ending + packed for ending in ENDINGS for packed in PACKED))
