"""What kind of question a column is, proposed from its values."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from thalweg.dataset.columns import training_column
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.engines.table import Table
from thalweg.sources.load import load
from thalweg.sources.source import Place, Source
from thalweg.tasks.choose import propose


def proposed_task(source: Source, target: str) -> tuple[str, str]:
    """The task for a column of a source, and why. Raises ComponentError where there is no such column."""
    with (
        TemporaryDirectory(prefix="thalweg-look-") as scratch,
        DuckDB().open(Path(scratch) / "spill") as session,
    ):
        return propose(training_column(look(source, "data", session, Path(scratch)), target))


def look(source: Source, name: str, session: Session, folder: Path) -> Table:
    """Read a source into a folder that will be thrown away."""
    place = folder / name
    place.mkdir(parents=True)
    return load(name, source, Place(session, Path.cwd()), place).table
