"""Arrow IPC files."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
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


def test_feather_of_both_versions(read: Callable, tmp_path: Path) -> None:
    table = pa.table({"v": [1, 2], "s": ["深", None]})
    for version, name in [(1, "a.feather"), (2, "b.feather")]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            feather.write_feather(table, str(tmp_path / name), version=version)
        assert read(name).rows == table.to_pylist()


@pytest.mark.parametrize("stream", [False, True])
def test_a_file_damaged_in_its_middle(read: Callable, tmp_path: Path, stream: bool) -> None:
    """Text whose offsets lead out of it would end the process, were they believed."""
    table = pa.table({"s": [str(i) for i in range(20_000)]})
    path = tmp_path / "a.arrow"
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema) as writer:
        writer.write_table(table)
    content = bytearray(path.read_bytes())
    offsets = table["s"].chunk(0).buffers()[1].to_pybytes()
    found = content.index(offsets[20_000:20_040])
    content[found : found + 8] = b"\xff" * 8
    path.write_bytes(content[: len(content) - 64] if stream else content)
    with pytest.raises(
        SourceError, match=r"a\.arrow is damaged, or is not Arrow IPC: [^\n]*\n  write it again$"
    ):
        read("a.arrow")


def test_text_that_is_not_utf_8(read: Callable, tmp_path: Path) -> None:
    buffers = pa.array([b"ok", b"\xff\xfe"]).buffers()
    write(tmp_path / "a.arrow", pa.table({"s": pa.Array.from_buffers(pa.string(), 2, buffers)}))
    with pytest.raises(SourceError, match="Invalid UTF8 sequence at string index 1"):
        read("a.arrow")


def test_types_that_the_engine_does_not_know(read: Callable, tmp_path: Path) -> None:
    table = pa.table(
        {
            "half": pa.array([1.5, None], pa.float16()),
            "span": pa.array([1_500_001, None], pa.duration("us")),
            "wide": pa.array([Decimal("1.25"), None], pa.decimal256(20, 2)),
        }
    )
    write(tmp_path / "a.arrow", table)
    for found in (read("a.arrow"), read({"frame": {"data": table}})):
        assert found.rows == [
            {"half": 1.5, "span": 1.500001, "wide": Decimal("1.25")},
            dict.fromkeys(found.types),
        ]
        assert found.notes == {"types": {"span": "duration[us], read as seconds"}}


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (pa.array([None], pa.decimal256(60, 2)), "decimals may have 38 digits"),
        (pa.array([[None]], pa.list_(pa.duration("s"))), "it cannot be read"),
        (pa.array([{}], pa.struct([])), "it has no fields"),
        (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), "it cannot be read"),
    ],
)
def test_types_that_would_be_read_wrongly(read: Callable, column: pa.Array, why: str) -> None:
    with pytest.raises(SourceError, match=f"the frame: the column 'x' is of the Arrow type .*: {why}"):
        read({"frame": {"data": pa.table({"x": column})}})


def test_periods_of_pandas_are_no_numbers(read: Callable) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"p": pandas.period_range("2020-01", periods=2, freq="M")})
    with pytest.raises(SourceError, match="an extension that only the program that wrote it understands"):
        read({"frame": {"data": frame}})
