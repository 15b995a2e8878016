"""A source read once, into Parquet, with an account of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError, SourceError
from thalweg.core.files import read_json, storage_errors, write_json
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, Table
from thalweg.sources.settle import columns_of, rows_of, settled, without_nan
from thalweg.sources.source import Opened, Place, Source
from thalweg.sources.unchanged import unchanged

DATA = "data.parquet"
QUARANTINE = "rejected.parquet"
FACTS = "source.json"


@dataclass(frozen=True)
class Loaded:
    """A source as a table, the account of its rows, and the file of those that could not be read."""

    table: Table
    entry: Entry
    rejected: Path | None


def load(name: str, source: Source, place: Place, folder: Path) -> Loaded:
    """Read a source once into `folder/data.parquet`, unless it is Parquet already and read where it lies.

    Writes `rejected.parquet`, where rows could not be read, and `source.json` beside it. NaN becomes NULL. Raises
    SourceError where the source cannot be read, DataError where no row is left.
    """
    try:
        with unchanged(source, place.folder):
            opened = source.open(name, place)
            files = opened.parquet
            if files is None:
                opened, rows = _copied(name, opened, place.session, folder / DATA)
            else:
                rows = _counted(files, place.session)
    except (ComponentError, DataError) as error:
        raise SourceError(error.message, where=f"source {name!r}", hint=error.hint) from error
    rejected = write_rejected(opened, folder / QUARANTINE)
    opened.close()
    entry = _entry(name, source, rows, rejected, opened.notes, place.session)
    if not rows:
        raise empty_source(name, entry, rejected)
    _write_facts(name, place.session, files, rejected, entry, folder)
    return reopen(name, folder, place.session)


def _counted(files: Sequence[Path], session: Session) -> int:
    ((rows,),) = session.rows(sql.select(session.scan_parquet(files), {"n": sql.row_count()}))
    return rows


def reopen(name: str, folder: Path, session: Session) -> Loaded:
    """What `load` left in a folder, without reading the source again."""
    facts = read_json(folder / FACTS)
    columns: dict[str, str] = facts["columns"]
    in_place = facts["parquet"] is not None
    parts = [
        folder / part for part in facts.get("parts", [DATA])
    ]  # several, of a source that is read bit by bit
    files = [Path(path) for path in facts["parquet"]] if in_place else parts
    query = session.scan_parquet(files)
    if in_place:
        query = without_nan(query, {**columns, ROW: "BIGINT"})
    query = sql.select(query, [*columns, ROW])
    lineage = {column: frozenset({f"{name}.{column}"}) for column in columns}
    rejected = folder / QUARANTINE if facts["rejected"] else None
    return Loaded(Table(session, name, query, columns, lineage), Entry(**facts["entry"]), rejected)


def stays_in_place(folder: Path) -> bool:
    """Whether what `load` left in a folder refers to the source's own files, which later stages read."""
    file = folder / FACTS
    return file.is_file() and read_json(file)["parquet"] is not None


def write_rejected(opened: Opened, path: Path) -> Path | None:
    """Write what could not be read; None, and no file, where everything could."""
    batches = iter(opened.rejected())
    first = next(batches, None)
    if first is None:
        return None
    with storage_errors(path), pq.ParquetWriter(path, first.schema) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)
    return path


def _copied(name: str, opened: Opened, session: Session, path: Path) -> tuple[Opened, int]:
    def write(query: exp.Query) -> int:
        return session.write_parquet(without_nan(query, columns_of(session, query, name)), path)

    return settled(opened, write, lambda _: session.scan_parquet([path]))


def reasons_of(rejected: Path | None, session: Session) -> tuple[Reason, ...]:
    """How many of the rejected rows broke which rule."""
    if rejected is None:
        return ()
    named = {"rule": sql.column("rule"), "rows": sql.row_count()}
    query = sql.select(session.scan_parquet([rejected]), named)
    query = query.group_by(sql.column("rule")).order_by(sql.column("rule"))
    return tuple(Reason(fate="quarantined", rule=rule, rows=count) for rule, count in session.rows(query))


def _entry(
    name: str, source: Source, rows: int, rejected: Path | None, notes: Mapping[str, Any], session: Session
) -> Entry:
    reasons = reasons_of(rejected, session)
    lost = sum(reason.rows for reason in reasons)
    return Entry(
        stage="sources",
        table=name,
        step=source.kind,
        rows_in=rows + lost,
        kept=rows,
        quarantined=lost,
        reasons=reasons,
        notes=dict(notes),
    )


def empty_source(name: str, entry: Entry, rejected: Path | None) -> DataError:
    """The error of a source that gave no row."""
    if rejected is None:
        return DataError(f"source {name!r} is empty: it has columns, but not one row")
    (first,) = next(pq.ParquetFile(rejected).iter_batches(1)).to_pylist()
    rules = ", ".join(f"{reason.rule} ({reason.rows:,})" for reason in entry.reasons)
    line = "" if first["line"] is None else f", line {first['line']}"
    return DataError(
        f"not one of the {entry.rows_in:,} rows of source {name!r} could be read: {rules}; "
        f"the first is {first['file']}{line}: {first['reason']}",
        hint=f"it reads: {first['text'][:200]!r}" if first["text"] else None,
    )


def _write_facts(
    name: str,
    session: Session,
    files: Sequence[Path] | None,
    rejected: Path | None,
    entry: Entry,
    folder: Path,
) -> None:
    types = columns_of(session, rows_of(session, files or [folder / DATA]), name)
    write_json(
        folder / FACTS,
        {
            "columns": types,
            "parquet": None if files is None else [str(path.absolute()) for path in files],
            "rejected": rejected is not None,
            "entry": entry.model_dump(mode="json"),
        },
    )
