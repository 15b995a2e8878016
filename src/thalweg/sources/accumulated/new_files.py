"""Files that have come since the last reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.sources.accumulated.accumulator import Accumulator, BeginAgain, fitting
from thalweg.sources.accumulated.incremental import Incremental
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.found import found
from thalweg.sources.load import reasons_of, write_rejected
from thalweg.sources.settle import columns_of, rows_of, settled, without_nan
from thalweg.sources.source import Place, Source
from thalweg.sources.unchanged import unchanged


@dataclass
class NewFiles(Accumulator):
    """Reads each file of a path once. State: size, time and digest of every file that was read."""

    name: str
    source: Source
    settings: Incremental
    folder: Path
    can_begin_again: bool = True

    def __post_init__(self) -> None:
        self.kind = self.source.kind
        self.identity = fingerprint(self.source.written())

    def news(self, journal: Journal) -> str | None:
        known = journal.state.get("files", {})
        files = self._files()
        new = [file for file in files if str(file) not in known]
        touched = [file for file in files if str(file) in known and _stat(file) != known[str(file)]["stat"]]
        return f"{len(new):,} new and {len(touched):,} touched files" if new or touched else None

    def read(self, journal: Journal, place: Place) -> None:
        session = place.session
        known: dict[str, Any] = dict(journal.state.get("files", {}))
        files = self._files()
        changed = [file for file in files if _has_changed(file, known)]
        self._say(changed, journal)
        gone = len(known.keys() - {str(file) for file in files})
        journal.notes = {
            **({"files changed since they were read": len(changed)} if changed else {}),
            **({"files gone since they were read": gone} if gone else {}),
        }
        new = [file for file in files if str(file) not in known]
        told = {str(file): _told(file) for file in new}  # before they are read: a later change will show
        for file in files:  # that were touched only: their new times are remembered
            if str(file) in known and file not in changed:
                known[str(file)] = {**known[str(file)], "stat": _stat(file)}
        state = {"files": {**known, **told}}
        if not new:
            journal.commit(0, (), state)
            return
        only = self.source.model_copy(update={"path": tuple(map(str, new)), "incremental": None})
        target = journal.next_data

        def write(query: Any) -> int:
            return session.write_parquet(without_nan(query, columns_of(session, query, self.name)), target)

        with unchanged(only, self.folder):
            opened = only.typed({**self.source.expected, **journal.columns}).open(self.name, place)
            opened, rows = settled(opened, write, lambda _: session.scan_parquet([target]))
        rejected = write_rejected(opened, journal.next_rejected)
        opened.close()
        if rows:
            stored = rows_of(session, [target])
            fitting(session.columns(stored), journal)
        journal.commit(rows, reasons_of(rejected, session), state, files=[file.name for file in new][:100])

    def _files(self) -> list[Path]:
        return found(self.source.path, self.folder)  # type: ignore[attr-defined]

    def _say(self, changed: list[Path], journal: Journal) -> None:
        if not changed or self.settings.changed == "keep":
            return
        if self.settings.changed == "again":
            raise BeginAgain
        raise SourceError(
            f"{changed[0]} has changed since its rows were read"
            + (f", and {len(changed) - 1:,} more files" if len(changed) > 1 else ""),
            hint="incremental: {files: true, changed: keep} keeps the rows as they were read, changed: again reads "
            f"everything once more; or remove {journal.folder}",
        )


def _stat(file: Path) -> list[int]:
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _told(file: Path) -> dict[str, Any]:
    return {"stat": _stat(file), "digest": fingerprint_file(file)}


def _has_changed(file: Path, known: dict[str, Any]) -> bool:
    """Whether a file that was read has another content now. One that was only touched has not."""
    before = known.get(str(file))
    if before is None or before["stat"] == _stat(file):
        return False
    return before["digest"] != fingerprint_file(file)
