"""What a source has read so far: parts, each a Parquet file, and where to go on. One line says both at once.

A part belongs to the source when the journal lists it. Each commit is one line at the end of `commits.jsonl`, with the
part and the place to go on from after it: a kill before the line is whole leaves a file that nobody lists, which is
removed and read again; a kill after it leaves nothing to do. So no row is lost and none comes twice. When the journal
is opened, the lines are taken into `journal.json`, which is replaced in one step and counts the commits it holds: lines
that it has already are passed over. A commit takes the same time however many went before it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.core.errors import StorageError
from thalweg.core.files import read_json, storage_errors, sync_file, sync_folder, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.core.ledger import Reason

JOURNAL = "journal.json"
COMMITS = "commits.jsonl"
FIELDS = ("identity", "columns", "state", "parts", "notes", "commits")


@dataclass
class Journal:
    """The journal of one source. `state` is where the source goes on, in its own words."""

    folder: Path
    identity: str
    columns: dict[str, str] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    commits: int = 0

    @classmethod
    def stored(cls, folder: Path) -> Journal | None:
        """The journal in a folder; None where there is none. Nothing is changed."""
        path = folder / JOURNAL
        if not path.is_file():
            return None
        journal = cls(folder, **read_json(path))
        for line in _whole_lines(folder / COMMITS):
            journal._take(line)
        return journal

    @classmethod
    def opened(cls, folder: Path, identity: str) -> Journal:
        """The journal in a folder, or a new one. What it does not list is removed. Raises StorageError where a part
        that it lists is missing or has changed."""
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            journal = cls.stored(folder)
            if journal is None:
                (folder / COMMITS).unlink(missing_ok=True)
                journal = cls(folder, identity)
            journal._check()
            write_json(folder / JOURNAL, {name: getattr(journal, name) for name in FIELDS})
            listed = {JOURNAL, *journal.files("data"), *journal.files("rejected")}
            for path in folder.iterdir():
                if path.is_file() and path.name not in listed:
                    path.unlink()
        return journal

    @classmethod
    def begun_again(cls, folder: Path, identity: str) -> Journal:
        """A new journal in place of what is there."""
        with storage_errors(folder):
            for name in (COMMITS, JOURNAL):  # in this order: commits alone would be of no journal
                (folder / name).unlink(missing_ok=True)
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
        line = {"commit": self.commits + 1, "part": part if rows or reasons else None, "state": dict(state)}
        line |= {"columns": self.columns, "notes": self.notes}
        append_line(self.folder / COMMITS, line)
        self._take(line)

    def _take(self, line: Mapping[str, Any]) -> None:
        """Make a line part of what is known, unless it is already."""
        if line["commit"] <= self.commits:
            return
        self.commits, self.state = line["commit"], line["state"]
        self.columns, self.notes = line["columns"], line["notes"]
        if line["part"] is not None:
            self.parts.append(line["part"])

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


def append_line(path: Path, value: Any) -> None:
    """Add a line of JSON to a file; once this returns, it outlives a power cut."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str) + "\n"
    new = not path.exists()
    with storage_errors(path), path.open("ab") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync_folder(path.parent)


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file; what a kill left of the last one is none. Raises StorageError where one is damaged."""
    if not path.is_file():
        return
    *lines, _ = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise StorageError(
                f"{path} is damaged: its line {number:,} is not valid JSON",
                hint=f"restore it; or remove {path.parent} to read the source from its beginning",
            ) from error
