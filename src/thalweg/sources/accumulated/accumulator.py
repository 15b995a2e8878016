"""What reads a growing source into its journal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import pyarrow.parquet as pq

from thalweg.core.errors import ComponentError, DataError, SourceError
from thalweg.core.files import storage_errors, write_json
from thalweg.core.ledger import Entry, Reason
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.load import FACTS, QUARANTINE, Loaded, empty_source, reopen
from thalweg.sources.source import Place

TOLD = 100  # parts that the ledger tells of one by one; the journal lists all


class Accumulator(ABC):
    """Brings what is new from a source into its journal."""

    kind: str
    """The kind of the source, for the ledger."""
    identity: str
    """Changes when stored rows and new ones would not fit together, since the source's settings did."""
    can_begin_again: bool
    """Whether everything can be read once more from its beginning."""

    @abstractmethod
    def news(self, journal: Journal) -> str | None:
        """Why there may be something new, without reading it; None where there is nothing."""

    @abstractmethod
    def read(self, journal: Journal, place: Place) -> None:
        """Read what is new and commit it. Raises BeginAgain where what is stored is worth nothing any more."""


class BeginAgain(Exception):
    """What is stored no longer stands for the source: everything has to be read once more."""


def accumulate(name: str, accumulator: Accumulator, place: Place, folder: Path) -> Loaded:
    """Read what is new into `folder`, beside what is stored there. Raises SourceError where that cannot be done,
    DataError where there is no row at all."""
    try:
        journal = _journal(accumulator, folder)
        try:
            accumulator.read(journal, place)
        except BeginAgain:
            journal = Journal.begun_again(folder, accumulator.identity)
            accumulator.read(journal, place)
    except (ComponentError, DataError) as error:
        raise SourceError(error.message, where=f"source {name!r}", hint=error.hint) from error
    rejected = _gathered(journal)
    entry = _entry(name, accumulator, journal)
    if not journal.rows:
        raise empty_source(name, entry, rejected)
    facts = {"columns": journal.columns, "parquet": None, "parts": journal.files("data")}
    write_json(
        folder / FACTS, {**facts, "rejected": rejected is not None, "entry": entry.model_dump(mode="json")}
    )
    return reopen(name, folder, place.session)


def _journal(accumulator: Accumulator, folder: Path) -> Journal:
    stored = Journal.stored(folder)
    if stored is None or stored.identity == accumulator.identity:
        return Journal.opened(folder, accumulator.identity)
    if stored.rows and not accumulator.can_begin_again:
        raise SourceError(
            f"{stored.rows:,} rows were read from this source with other settings, and it may not give them again",
            hint=f"give it another name in the file; or remove {folder} to begin again with what it still gives",
        )
    return Journal.begun_again(folder, accumulator.identity)


def _gathered(journal: Journal) -> Path | None:
    """What could not be read, of all parts, in one file."""
    files = [journal.folder / name for name in journal.files("rejected")]
    if not files:
        return None
    path = journal.folder / QUARANTINE
    with storage_errors(path), pq.ParquetWriter(path, pq.read_schema(files[0])) as writer:
        for file in files:
            with pq.ParquetFile(file) as stored:
                for batch in stored.iter_batches():
                    writer.write_batch(batch)
    return path


def _entry(name: str, accumulator: Accumulator, journal: Journal) -> Entry:
    counts: dict[str, int] = {}
    for part in journal.parts:
        for reason in part["reasons"]:
            counts[reason["rule"]] = counts.get(reason["rule"], 0) + reason["rows"]
    lost = sum(counts.values())
    shown = [
        {"rows": part["rows"], "quarantined": sum(reason["rows"] for reason in part["reasons"])}
        | {key: value for key, value in part.items() if key in ("from", "to")}
        for part in journal.parts[-TOLD:]
    ]
    return Entry(
        stage="sources",
        table=name,
        step=accumulator.kind,
        rows_in=journal.rows + lost,
        kept=journal.rows,
        quarantined=lost,
        reasons=tuple(
            Reason(fate="quarantined", rule=rule, rows=rows) for rule, rows in sorted(counts.items())
        ),
        notes={**journal.notes, "parts": len(journal.parts), "last parts": shown},
    )


def fitting(types: dict[str, str], journal: Journal) -> None:
    """Take the columns of the first rows as those of the source. Raises SourceError where later ones differ."""
    if not journal.columns:
        journal.columns = dict(types)
    changed = sorted(f"{name} {kind}" for name, kind in {*types.items()} ^ {*journal.columns.items()})
    if changed or list(types) != list(journal.columns):
        raise SourceError(
            f"what is new has other columns than what is stored: {', '.join(changed) or 'their order differs'}",
            hint=f"declare types in the file; or remove {journal.folder} to read everything again",
        )
