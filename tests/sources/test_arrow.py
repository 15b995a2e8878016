"""Arrow IPC files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.arrow import Arrow
from thalweg.sources.source import Source

TABLE = pa.table(
    {
        "n": pa.array([1, None, 3], pa.int16()),
        "s": pa.array(["a", "b", None]).dictionary_encode(),
        "l": pa.array([[1], [], None], pa.list_(pa.int64())),
        "t": pa.array([datetime(2020, 1, 1)] * 3, pa.timestamp("us")),
    }
)


def write(path: Path, table: pa.Table = TABLE, stream: bool = False, **options: str) -> Path:
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    settings = pa.ipc.IpcWriteOptions(**options)
    with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema, options=settings) as writer:
        writer.write_table(table, max_chunksize=2)
    return path


@pytest.mark.parametrize("name", ["a.arrow", "a.feather", "a.ipc", "parts/*.arrow"])
def test_a_name_is_enough(name: str) -> None:
    assert parse(Source, name) == Arrow(path=name)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_both_formats_are_read(read: Callable, tmp_path: Path, stream: bool, compression: str | None) -> None:
    write(tmp_path / "a.arrow", stream=stream, compression=compression)
    found = read("a.arrow")
    assert found.types == {"n": "SMALLINT", "s": "VARCHAR", "l": "BIGINT[]", "t": "TIMESTAMP"}
    assert found.rows == TABLE.to_pylist()


def test_several_files(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "b.arrow", TABLE.slice(2))
    write(tmp_path / "a.arrow", TABLE.slice(0, 2), stream=True)
    assert read("*.arrow").column("n") == [1, None, 3]


def test_files_of_other_columns(read: Callable, tmp_path: Path) -> None:
    write(tmp_path / "a.arrow")
    write(tmp_path / "b.arrow", TABLE.drop_columns(["l"]))
    with pytest.raises(SourceError, match=r"b\.arrow has other columns than .*a\.arrow: pyarrow.Field<l:"):
        read("*.arrow")


@pytest.mark.parametrize("content", [b"", b"ARROW1\x00\x00 nonsense", b"nonsense, and more of it"])
def test_a_damaged_file(read: Callable, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.arrow").write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.arrow is damaged, or is not Arrow IPC"):
        read("a.arrow")


def test_the_fingerprint_follows_content(tmp_path: Path) -> None:
    write(tmp_path / "a.arrow")
    first = Arrow(path="a.arrow").fingerprint(tmp_path)
    write(tmp_path / "a.arrow", TABLE.slice(1))
    assert Arrow(path="a.arrow").fingerprint(tmp_path) != first
