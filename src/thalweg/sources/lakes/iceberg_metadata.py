"""The metadata of an Iceberg table: which file is current, and the snapshots it knows."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean

FILE = re.compile(r"v?(\d+)(?:-.*)?(?:\.gz)?\.metadata\.json(?:\.gz)?")
HINT = "version-hint.text"


def metadata_file(table: Path) -> Path:
    """The current metadata of a table's folder; a metadata file is its own.

    Without a catalogue that says which is current, it is the one that `version-hint.text` names, else the one with the
    highest number. Raises SourceError where there is none, or two have that number: one of them was never committed.
    """
    if table.is_file():
        return table
    if not table.is_dir():
        beside = [each.name for each in table.parent.iterdir()] if table.parent.is_dir() else []
        raise SourceError(f"there is no folder {table}", hint=did_you_mean(table.name, beside))
    folder = table / "metadata"
    numbered = [
        (int(found.group(1)), file) for file in folder.glob("*") if (found := FILE.fullmatch(file.name))
    ]
    if not numbered:
        raise SourceError(f"{table} is no Iceberg table: it holds no metadata/*.metadata.json")
    highest = max(number for number, _ in numbered)
    if (folder / HINT).is_file():
        hint = (folder / HINT).read_text().strip().removeprefix("v")
        highest = int(hint) if hint.isdigit() else highest
    current = [file for number, file in numbered if number == highest]
    if len(current) != 1:
        raise SourceError(
            f"{table} has {len(current)} metadata files of version {highest}, and no telling which one counts",
            hint=f"name the right one as path: {did_you_mean('', [file.name for file in current])}",
        )
    return current[0]


def read_metadata(file: Path) -> dict[str, Any]:
    """The content of a metadata file. Raises SourceError where it is damaged."""
    try:
        content = file.read_bytes()
        text = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        found = json.loads(text)
    except (ValueError, EOFError, OSError) as error:
        raise SourceError(f"{file} is damaged, or is no Iceberg metadata: {error}") from error
    if not isinstance(found, dict) or "format-version" not in found:
        raise SourceError(f"{file} is no Iceberg metadata: it has no format-version")
    return found


def snapshot_of(metadata: dict[str, Any], where: Path, wanted: int | None, as_of: datetime | None) -> int:
    """The snapshot to read: the one named, the last before a moment, or the current one. Raises SourceError."""
    known = {snapshot["snapshot-id"]: _moment(snapshot) for snapshot in metadata.get("snapshots", [])}
    shown = ", ".join(f"{number} ({moment:%Y-%m-%d %H:%M:%S})" for number, moment in known.items()) or "none"
    if wanted is not None:
        if wanted not in known:
            raise SourceError(f"{where} has no snapshot {wanted}", hint=f"its snapshots, in UTC: {shown}")
        return wanted
    if as_of is not None:
        moment = as_of.replace(tzinfo=UTC) if as_of.tzinfo is None else as_of
        logged = {entry["snapshot-id"]: _moment(entry) for entry in metadata.get("snapshot-log", [])} or known
        before = [number for number, made in logged.items() if made <= moment and number in known]
        if not before:
            raise SourceError(
                f"{where} has no snapshot as old as {as_of}", hint=f"its snapshots, in UTC: {shown}"
            )
        return max(before, key=lambda number: logged[number])
    current = metadata.get("current-snapshot-id")
    if current is None or current not in known:
        raise SourceError(f"{where} is empty: it has no snapshot yet")
    return current


def _moment(entry: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(entry["timestamp-ms"] / 1000, UTC)
