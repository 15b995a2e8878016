"""A source read as it flows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thalweg.core.errors import SourceError
from thalweg.engines.engine import Session
from thalweg.sources.frame import Frame
from thalweg.sources.handed import source_of
from thalweg.sources.source import Place
from thalweg.sources.stream import Stream, stream


def flow(session: Session, folder: Path, source: Any, **options: Any) -> tuple[Stream, list[dict]]:
    read = stream(source_of(source), Place(session, folder), **options)
    return read, [row for batch in read for row in batch.to_pylist()]


def test_csv(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,s\n" + "".join(f"{i},x\n" for i in range(25_000)) + "2.5,y\nz\n")
    read = stream(source_of("a.csv"), Place(session, tmp_path), size=1000)
    batches = list(read)
    assert max(batch.num_rows for batch in batches) <= 1000
    table = pa.Table.from_batches(batches)
    assert read.columns == {
        "n": "DOUBLE",
        "s": "VARCHAR",
    }  # proved by the last line before the first batch is given
    assert table["n"].to_pylist() == [*map(float, range(25_000)), 2.5]
    assert [row["line"] for batch in read.rejected() for row in batch.to_pylist()] == [25_003]
    read.close()
    assert not list(session.scratch.glob("*.parquet"))


def test_parquet_flows_as_it_is(session: Session, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2], "x": [1.0, float("nan")]}), tmp_path / "a.parquet")
    read, rows = flow(session, tmp_path, "a.parquet")
    assert rows == [{"a": 1, "x": 1.0}, {"a": 2, "x": None}]
    assert read.columns == {"a": "BIGINT", "x": "DOUBLE"}
    assert read.copy is None
    assert list(read.rejected()) == []


def test_frames_flow_as_they_are(session: Session, tmp_path: Path) -> None:
    read, rows = flow(session, tmp_path, pa.table({"a": list(range(5))}), size=2)
    assert [row["a"] for row in rows] == [0, 1, 2, 3, 4]
    assert read.copy is None
    assert isinstance(source_of(pa.table({"a": [1]})), Frame)


def test_known_types_replace_guesses(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zip,n,new\n123,1,x\n456,oops,y\n")
    types = {"zip": "VARCHAR", "n": "BIGINT", "gone": "DOUBLE", "new": "STRUCT(a BIGINT)"}
    read, rows = flow(session, tmp_path, "a.csv", types=types)
    assert rows == [{"zip": "123", "n": 1, "new": "x"}]
    assert [row["reason"] for batch in read.rejected() for row in batch.to_pylist()] == [
        "n: 'oops' is not of type BIGINT"
    ]


def test_known_types_of_json(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"zip": 123, "n": "x"}\n{"zip": 1}\n')
    read, rows = flow(session, tmp_path, "a.jsonl", types={"zip": "VARCHAR", "n": "BIGINT", "gone": "DOUBLE"})
    assert rows == [{"zip": "1", "n": None}]
    assert [row["line"] for batch in read.rejected() for row in batch.to_pylist()] == [1]


def test_no_rows_are_no_error(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    read, rows = flow(session, tmp_path, "a.csv")
    assert rows == []
    assert list(read.columns) == ["a", "b"]


def test_a_missing_file(session: Session, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no file"):
        flow(session, tmp_path, "a.csv")


def test_a_table_of_a_run_flows_with_its_hidden_columns(session: Session, tmp_path: Path) -> None:
    read, rows = flow(session, tmp_path, {"a": [1, 2], "__row": [7, 8]})
    assert list(read.columns) == ["a", "__row"]
    assert rows[1] == {"a": 2, "__row": 8}


def test_what_goes_wrong_on_the_way_is_told_in_the_words_of_the_source(
    session: Session, tmp_path: Path
) -> None:
    table = pa.table({"n": range(200_000)})
    with pa.OSFile(str(tmp_path / "a.ipc"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10_000)
    content = (tmp_path / "a.ipc").read_bytes()
    (tmp_path / "a.ipc").write_bytes(content[: len(content) // 2])
    with pytest.raises(
        SourceError, match=r"^/[^:]*/a\.ipc is damaged, or is not Arrow IPC: [^\n]*\n  write it again$"
    ):
        flow(session, tmp_path, "a.ipc")
