"""A source that grows, read again and again into one folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from thalweg.core.component import parse
from thalweg.engines.duckdb import DuckDB
from thalweg.sources.accumulated.accumulator import accumulate
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.source import Place, Source


@dataclass(frozen=True)
class Grown:
    """All rows that are stored, those set aside, and the journal."""

    rows: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    journal: Journal
    notes: dict[str, Any]
    news: str | None


@pytest.fixture
def grow(tmp_path: Path) -> Callable[..., Grown]:
    """`grow({"kind": "csv", …})` reads what is new into the folder `stored`, in a session of its own."""

    def run(source: Any) -> Grown:
        folder = tmp_path / "stored"
        with DuckDB(memory="512MB", threads=2).open(tmp_path / "scratch") as session:
            reader = parse(Source, source).accumulator("t", tmp_path)
            assert reader is not None
            loaded = accumulate("t", reader, Place(session, tmp_path), folder)
            rows = [row for batch in session.batches(loaded.table.query) for row in batch.to_pylist()]
            rejected = pq.read_table(loaded.rejected).to_pylist() if loaded.rejected else []
            journal = Journal.stored(folder)
            assert journal is not None
            news = reader.news(journal)
        assert loaded.entry.kept == len(rows)
        assert loaded.entry.quarantined == len(rejected)
        assert [row.pop("__row") for row in rows] == list(range(len(rows)))
        return Grown(rows, rejected, journal, loaded.entry.notes, news)

    return run


@pytest.fixture(params=["before the file is synced", "before the journal", "after the journal"])
def killed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`killed(n)`: the n-th commit from now on dies at one of three points."""
    from thalweg.sources.accumulated import journal as module

    def arm(nth: int) -> None:
        left = {"n": nth}
        sync, append = module.sync_file, module.append_line

        def die_at(point: str) -> None:
            if point == request.param and left["n"] == 0:
                left["n"] = -1
                raise KeyboardInterrupt(point)

        def syncing(path: Path) -> None:
            if path.name.startswith("part-"):
                left["n"] -= 1
            die_at("before the file is synced")
            sync(path)

        def appending(path: Path, value: Any) -> None:
            die_at("before the journal")
            append(path, value)
            die_at("after the journal")

        monkeypatch.setattr(module, "sync_file", syncing)
        monkeypatch.setattr(module, "append_line", appending)

    return arm
