"""A table that others change while it is read: what is read is as it was when reading began."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.sources.databases.servers import Running
from thalweg.core.component import parse
from thalweg.sources.source import Place, Source


def read_as_it_was(session: Any, place: Any, server: Running, rows: int, folder: Path) -> None:
    """Read `moving (i, v)`, whose `rows` rows all have v = 0; after the first batch all change and 100,000 go."""
    opened = parse(Source, place).open("t", Place(session, folder))
    batches = session.batches(opened.query)
    seen = [next(batches)]
    server.run(f"UPDATE moving SET v = 1; DELETE FROM moving WHERE i > {rows - 100_000};", "shop")
    seen += list(batches)
    assert sum(batch.num_rows for batch in seen) == rows
    assert {value for batch in seen for value in batch["v"].unique().to_pylist()} == {0}
    opened.close()
