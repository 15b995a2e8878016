"""What a source has read so far: parts, each a Parquet file, and where to go on. One atomic file says both at once.

A part belongs to the source when the journal lists it. The journal is replaced in one step, with the place to
go on from and the part that was read up to there: a kill before that step leaves a file that nobody lists,
which is removed and read again; a kill after it leaves nothing to do. So no row is lost and none comes twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.core.errors import StorageError
from thalweg.core.files import read_json, storage_errors, sync_file, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.core.ledger import Reason

JOURNAL = "journal.json"


@dataclass
class Journal:
    """The journal of one source. `state` is where the source goes on, in its own words."""

    folder: Path
    identity: str
    columns: dict[str, str] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def stored(cls, folder: Path) -> Journal | None:
        """The journal in a folder; None where there is none. Nothing is changed."""
        path = folder / JOURNAL
        return cls(folder, **read_json(path)) if path.is_file() else None

    @classmethod
    def opened(cls, folder: Path, identity: str) -> Journal:
        """The journal in a folder, or a new one. What it does not list is removed. Raises StorageError where a part
        that it lists is missing or has changed."""
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            journal = cls.stored(folder) or cls(folder, identity)
            journal._check()
            listed = {JOURNAL, *journal.files("data"), *journal.files("rejected")}
            for path in folder.iterdir():
                if path.is_file() and path.name not in listed:
                    path.unlink()
        return journal

    @classmethod
    def begun_again(cls, folder: Path, identity: str) -> Journal:
        """A new journal in place of what is there."""
        with storage_errors(folder):
            (folder / JOURNAL).unlink(missing_ok=True)
        return cls.opened(folder, identity)

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part["rows"] for part in self.parts)

    @property
    def digest(self) -> str:
        """Changes when what is stored does."""
        digests = [[part.get("data_digest"), part.get("rejected_digest")] for part in self.parts]
        return fingerprint([self.identity, self.columns, digests])

    @property
    def next_data(self) -> Path:
        """Where the rows of the next part are written."""
        return self.folder / f"part-{len(self.parts) + 1:06}.parquet"

    @property
    def next_rejected(self) -> Path:
        """Where what could not be read is written, before it is committed."""
        return self.folder / f"rejected-{len(self.parts) + 1:06}.parquet"

    def files(self, what: str) -> list[str]:
        """Names of the files of `data`, or of `rejected`."""
        return [part[what] for part in self.parts if part.get(what)]

    def commit(self, rows: int, reasons: Sequence[Reason], state: Mapping[str, Any], **facts: Any) -> None:
        """Make what was written the next part, and `state` the place to go on from, in one step."""
        part: dict[str, Any] = {"rows": rows, "reasons": [each.model_dump() for each in reasons], **facts}
        for what, path, wanted in (("data", self.next_data, rows), ("rejected", self.next_rejected, reasons)):
            if wanted:
                sync_file(path)
                part |= {what: path.name, f"{what}_digest": fingerprint_file(path)}
        if rows or reasons:
            self.parts = [*self.parts, part]
        self.state = dict(state)
        write_json(
            self.folder / JOURNAL,
            {name: getattr(self, name) for name in ("identity", "columns", "state", "parts", "notes")},
        )

    def _check(self) -> None:
        for part in self.parts:
            for what in ("data", "rejected"):
                path = self.folder / part[what] if part.get(what) else None
                if path is not None and (
                    not path.is_file() or fingerprint_file(path) != part[f"{what}_digest"]
                ):
                    raise StorageError(
                        f"{path} is missing, or has changed since it was written",
                        hint=f"restore it; or remove {self.folder} to read the source from its beginning",
                    )
