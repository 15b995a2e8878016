"""A source read once, and read back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from thalweg.core.errors import SourceError, StorageError
from thalweg.core.files import atomic_folder, first_damage, read_json
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.sources.csv import Csv
from thalweg.sources.load import load, reopen
from thalweg.sources.parquet import Parquet
from thalweg.sources.source import Place


def test_what_is_left_in_the_folder(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n2\n3,y\n")
    with atomic_folder(tmp_path / "out") as folder:
        load("t", Csv(path="a.csv"), Place(session, tmp_path), folder)
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        *("data.parquet", "manifest.json", "rejected.parquet", "source.json")
    ]
    assert first_damage(out) is None
    assert pq.read_table(out / "data.parquet").to_pylist() == [{"a": 1, "b": "x"}, {"a": 3, "b": "y"}]
    assert pq.read_table(out / "rejected.parquet").to_pylist() == [
        {
            **{"file": f"{tmp_path}/a.csv", "line": 3, "text": "2", "rule": "too few fields"},
            "reason": "expected 2 fields, found 1",
        }
    ]
    assert read_json(out / "source.json")["columns"] == {"a": "BIGINT", "b": "VARCHAR"}


def test_reading_back_does_not_read_the_source(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,x\n1,1.5\nq,w,e\n2,\n")
    place = tmp_path / "out"
    with DuckDB().open(tmp_path / "s1") as session, atomic_folder(place) as folder:
        first = load("t", Csv(path="a.csv"), Place(session, tmp_path), folder)
    (tmp_path / "a.csv").unlink()
    with DuckDB().open(tmp_path / "s2") as session:
        again = reopen("t", place, session)
        assert again.entry == first.entry
        assert again.entry.quarantined == 1
        assert again.rejected == place / "rejected.parquet"
        assert again.table.columns == first.table.columns == {"a": "BIGINT", "x": "DOUBLE"}
        assert again.table.lineage == {"a": {"t.a"}, "x": {"t.x"}}
        assert session.rows(again.table.query) == [(1, 1.5, 0), (2, None, 1)]
        assert again.table.count() == 2


def test_a_clean_source_leaves_no_quarantine(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n")
    loaded = load("t", Csv(path="a.csv"), Place(session, tmp_path), tmp_path)
    assert loaded.rejected is None
    assert not (tmp_path / "rejected.parquet").exists()
    assert loaded.entry.model_dump(exclude_defaults=True) == {
        **{"stage": "sources", "table": "t", "step": "csv", "rows_in": 1, "kept": 1}
    }


def test_two_sources_may_be_read_in_one_session(session: Session, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"{name},x\n1\n1,2\n")
        (tmp_path / name).mkdir()
    loaded = [load(n, Csv(path=f"{n}.csv"), Place(session, tmp_path), tmp_path / n) for n in ("a", "b")]
    assert [one.entry.quarantined for one in loaded] == [1, 1]
    assert [list(one.table.columns) for one in loaded] == [["a", "x"], ["b", "x"]]


def test_a_folder_with_an_equals_sign_adds_no_column(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n")
    (tmp_path / "lr=0.1").mkdir()
    loaded = load("t", Csv(path="a.csv"), Place(session, tmp_path), tmp_path / "lr=0.1")
    assert session.rows(loaded.table.query) == [(1, "x", 0)]
    assert list(loaded.table.columns) == ["a", "b"]


def test_parquet_is_opened_again_where_it_lies(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n")
    load("t", Csv(path="a.csv"), Place(session, tmp_path), tmp_path)
    (tmp_path / "out").mkdir()
    load("t", Parquet(path="data.parquet"), Place(session, tmp_path), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["source.json"]
    assert session.rows(reopen("t", tmp_path / "out", session).table.query) == [(1, "x", 0)]


@contextmanager
def nobody() -> Iterator[None]:
    """As a user without rights, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_no_permission_to_read(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n")
    path.chmod(0)
    with (
        nobody(),
        pytest.raises(SourceError, match=r"no permission to read .*a\.csv\n  run as a user who may"),
    ):
        load("t", Csv(path="a.csv"), Place(session, tmp_path), tmp_path)


def test_no_permission_to_write(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n2\n")
    out = tmp_path / "out"
    out.mkdir()
    source = Csv(path=str(tmp_path / "a.csv"))
    for folder in (tmp_path, *tmp_path.parents):  # the way there is open
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o755)
    out.chmod(0o555)
    (session.scratch).chmod(0o777)
    with (
        nobody(),
        pytest.raises(StorageError, match=r"no permission to write .*out.data\.parquet\n  choose another"),
    ):
        load("t", source, Place(session, tmp_path), out)
