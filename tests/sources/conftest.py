"""What the tests of sources share: read anything once, and look at what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.sources.growing import grow, killed  # noqa: F401
from thalweg.core.component import parse
from thalweg.engines.engine import Session
from thalweg.sources.load import Loaded, load
from thalweg.sources.source import Place, Source


@dataclass(frozen=True)
class Read:
    """A source that was read: its rows and those set aside, as dicts."""

    loaded: Loaded
    rows: list[dict[str, Any]]
    rejected: list[dict[str, Any]]

    @property
    def types(self) -> dict[str, str]:
        return dict(self.loaded.table.columns)

    @property
    def notes(self) -> dict[str, Any]:
        return self.loaded.entry.notes

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


@pytest.fixture
def read(session: Session, tmp_path: Path) -> Callable[..., Read]:
    """`read({"kind": "csv", …})`: paths start from the test's own folder."""
    count = iter(range(1000))

    def run(source: Any) -> Read:
        folder = tmp_path / f"loaded{next(count)}"
        folder.mkdir()
        loaded = load("t", parse(Source, source), Place(session, tmp_path), folder)
        batches = session.batches(loaded.table.query)
        rows = [row for batch in batches for row in batch.to_pylist()]
        rejected = pq.read_table(loaded.rejected).to_pylist() if loaded.rejected else []
        assert loaded.entry.rows_in == len(rows) + len(rejected)
        assert [row.pop("__row") for row in rows] == list(range(len(rows)))
        return Read(loaded, rows, rejected)

    return run


@pytest.fixture
def read_csv(read: Callable[..., Read], tmp_path: Path) -> Callable[..., Read]:
    """`read_csv("a,b\\n1,2\\n", skip=1)`: text or bytes, written to a file and read."""

    def run(content: str | bytes, name: str = "data.csv", **fields: Any) -> Read:
        text = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(text)
        return read({"kind": "csv", "path": name, **fields})

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """`folder({"a/1.pgm": b"…"})`: files under the test's own folder `media`."""

    def make(files: dict[str, bytes]) -> Path:
        root = tmp_path / "media"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return root

    return make
