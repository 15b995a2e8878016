"""Iceberg tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import model_validator

from thalweg.core.errors import ComponentError, SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.sources.lakes.iceberg_metadata import metadata_file, read_metadata, snapshot_of
from thalweg.sources.source import Opened, Place, Source


class Iceberg(Source):
    """Read an Iceberg table: `{iceberg: lake/orders}`, `{iceberg: {path: lake/orders, as_of: 2026-01-31}}`.

    The path is the table's folder or one of its `.metadata.json` files. The table is read at one snapshot: the current
    one when the reading begins, the one that `snapshot` names, or the last one made before `as_of`. Of a folder, the
    metadata that `version-hint.text` names is current, else that of the highest number.
    """

    kind: ClassVar[str] = "iceberg"

    path: str
    """The table's folder or metadata file, from the folder of the pipeline file."""
    snapshot: int | None = None
    """The number of the snapshot to read."""
    as_of: datetime | None = None
    """Read the table as it was at this moment; in UTC where no zone is said."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        return isinstance(value, str) and value.endswith(".metadata.json")

    @classmethod
    def example(cls) -> Self:
        return cls(path="lake/orders")

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if self.snapshot is not None and self.as_of is not None:
            raise ComponentError("expected a snapshot or as_of, received both")
        return self

    @classmethod
    def of_folder(cls, folder: Path) -> Source | None:
        return cls(path=str(folder)) if any(folder.glob("metadata/*.metadata.json*")) else None

    def fingerprint(self, folder: Path) -> str:
        file = self._file(folder)
        return fingerprint([self.written(), fingerprint_file(file)])

    def open(self, name: str, place: Place) -> Opened:
        from sqlglot import exp

        from thalweg.engines import sql
        from thalweg.engines.apart import open_apart
        from thalweg.sources.foreign import offered

        file = self._file(place.folder)
        snapshot = snapshot_of(read_metadata(file), file, self.snapshot, self.as_of)
        at = exp.Kwarg(this=exp.var("snapshot_from_id"), expression=sql.literal(snapshot))
        query = exp.select(exp.Star()).from_(sql.call("iceberg_scan", str(file), at))
        opened = offered(
            place.session,
            open_apart({"avro": "iceberg", "iceberg": "iceberg"}),
            query,
            name,
            lambda error: SourceError(f"{file}, snapshot {snapshot}, cannot be read: {error.message}"),
        )
        opened.told_notes = {**opened.told_notes, "snapshot": snapshot}
        return opened

    def _file(self, folder: Path) -> Path:
        return metadata_file(folder / Path(self.path).expanduser())
