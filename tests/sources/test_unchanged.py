"""What is promised of files that change, or may not be read, while a source is read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.sources import odd_tables
from tests.sources.written import WRITERS
from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.engines.duckdb import DuckDBSession
from thalweg.sources import load as loading
from thalweg.sources.source import Place, Source
from thalweg.sources.stream import stream

GUARDED = ["csv", "json_lines", "json_array", "parquet", "arrow", "arrow_stream", "excel"]
FILES = [*GUARDED, "feather", "sqlite", "duckdb"]
TABLE = pa.table({"v": [1, 2, 3], "s": ["a", "b", "c"]})


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def replaced(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy2(path, other)  # the same content, size and time: another file all the same
    other.replace(path)


@pytest.mark.parametrize("change", [appended, replaced, Path.unlink])
@pytest.mark.parametrize("kind", GUARDED)
def test_a_file_that_changes_while_it_is_read(
    read: Callable, tmp_path: Path, kind: str, change: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = WRITERS[kind](tmp_path, TABLE, "t")
    (path,) = (path for path in tmp_path.iterdir() if path.stem == "a")
    for name in ("_copied", "_counted"):
        before = getattr(loading, name)

        def then(*given: Any, before: Callable = before) -> Any:
            done = before(*given)
            change(path)
            return done

        monkeypatch.setattr(loading, name, then)
    with pytest.raises(
        SourceError, match=rf"{path.name} changed while it was read\n  run again when nothing writes"
    ):
        read(source)


def test_prediction_notices_too(session: DuckDBSession, tmp_path: Path) -> None:
    batches = iter(stream(parse(Source, WRITERS["parquet"](tmp_path, TABLE, "t")), Place(session, tmp_path)))
    next(batches)
    appended(tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"a\.parquet changed while it was read"):
        list(batches)


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of a user who is not root: root may read everything. The test runs as that user until it ends."""
    folder = Path(tempfile.mkdtemp(prefix="thalweg-nobody-"))
    folder.chmod(0o777)
    yield folder
    os.seteuid(os.getuid())
    shutil.rmtree(folder)


@pytest.mark.parametrize("kind", FILES)
def test_no_permission(nobody: Path, session: DuckDBSession, kind: str) -> None:
    source = parse(Source, WRITERS[kind](nobody, odd_tables.names(["v"]), "t"))
    (path,) = (path for path in nobody.iterdir() if path.stem == "a")
    path.chmod(0)
    if os.getuid() == 0:
        os.seteuid(65534)
    for look in (lambda: source.open("t", Place(session, nobody)), lambda: source.fingerprint(nobody)):
        with pytest.raises(
            SourceError, match=rf"no permission to read .*{path.name}\n  run as a user who may read it"
        ):
            look()
