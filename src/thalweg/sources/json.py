"""JSON: a file of lines, each an object, or of one array of objects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, field_validator

from thalweg.core.fingerprint import fingerprint
from thalweg.sources.found import fingerprint_files, found, size_of
from thalweg.sources.object_store import S3, fetched_files, fingerprint_objects, is_remote
from thalweg.sources.source import Opened, Place, Source

ENDINGS = (".json", ".jsonl", ".ndjson")
PACKED = ("", ".gz", ".zst", ".bz2", ".xz", ".lz4")


class Json(Source):
    """Read JSON: lines that are objects each (`.jsonl`, `.ndjson`), or a file that is one array of objects.

    Columns are the keys of all objects; a key that an object lacks is NULL. Types are those that all values have:
    whole numbers BIGINT, others DOUBLE, text that is always a date or a point in time DATE or TIMESTAMP, objects and
    arrays nested types; where they differ, text. A line that is no object, or holds a value that is not of its
    declared type, goes to quarantine with its number. Compressed files and other encodings than UTF-8 are first copied
    to the run's scratch folder.
    """

    kind: ClassVar[str] = "json"

    path: str | tuple[str, ...]
    """The file, a pattern, or a list of files; from the folder of the pipeline file, or `s3://bucket/…`."""
    s3: S3 = S3()
    """Where an `s3://` path leads, if not to Amazon."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Types of columns by name. Those left out are found out."""
    encoding: str = "utf-8"
    """How the text is encoded: any of Python's names."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, (str, list)) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        path = value.get("path") if isinstance(value, dict) else value
        paths = path if isinstance(path, (list, tuple)) and path else [path]
        endings = tuple(ending + packed for ending in ENDINGS for packed in PACKED)
        return all(isinstance(each, str) and each.lower().endswith(endings) for each in paths)

    @classmethod
    def example(cls) -> Self:
        return cls(path="events.jsonl", columns={"at": "TIMESTAMP"})

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

    def fingerprint(self, folder: Path) -> str:
        if is_remote(self.path):
            return fingerprint([self.written(), fingerprint_objects(self.path, self.s3)])
        return fingerprint([self.written(), fingerprint_files(found(self.path, folder))])

    def files(self, folder: Path) -> Sequence[Path]:
        return () if is_remote(self.path) else found(self.path, folder)

    def size(self, folder: Path) -> int | None:
        return None if is_remote(self.path) else size_of(found(self.path, folder))

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.lines.objects import open_objects

        remote = is_remote(self.path)
        path = fetched_files(self.path, self.s3, place.session.scratch) if remote else self.path
        files = found(path, place.folder)
        return open_objects(files, self.columns, self.expected, self.encoding, place.session)
