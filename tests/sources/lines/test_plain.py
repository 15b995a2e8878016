"""From any text file to plain UTF-8."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from thalweg.core.errors import SourceError
from thalweg.sources.lines.plain import compression, marked_encoding, plain


def test_a_plain_file_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\r\n")
    assert plain(path, tmp_path) == path
    assert plain(path, tmp_path, "utf8") == path


def test_an_empty_file_is_plain(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    assert plain(tmp_path / "a.csv", tmp_path) == tmp_path / "a.csv"


@pytest.mark.parametrize("codec", ["zstd", "lz4", "gzip", "bz2"])
def test_unpacked(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "data"
    with pa.output_stream(str(path), compression=codec) as sink:
        sink.write(b"a,b\n" * 500_000)
    copy = plain(path, tmp_path)
    assert copy != path
    assert copy.read_bytes() == b"a,b\n" * 500_000


def test_compressed_and_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("é\r\n".encode("utf-16-le")))
    assert plain(tmp_path / "a.csv.gz", tmp_path, "utf-16-le").read_bytes() == "é\r\n".encode()


def test_undecodable_bytes_are_marked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("好".encode("gb18030") + b"\xff\n\x81")
    assert plain(tmp_path / "a", tmp_path, "gb18030").read_bytes() == "好".encode() + b"\xff\n\xff"


@pytest.mark.parametrize(
    ("start", "encoding"),
    [
        ("a".encode("utf-16"), "utf-16"),
        (b"\xfe\xff\x00a", "utf-16"),
        ("a".encode("utf-32"), "utf-32"),
        (b"ab", "x"),
    ],
)
def test_byte_order_marks(start: bytes, encoding: str) -> None:
    assert marked_encoding(start, "x") == encoding


def test_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"a,b\n")
    with pytest.raises(
        SourceError, match=r"a\.gz is named as a gzip file and is not one: it is damaged, or misnamed"
    ):
        compression(tmp_path / "a.gz")


def test_an_archive_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag, in the central directory
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"'a\.csv' in the archive .* is encrypted\n  unpack it first"):
        plain(path, tmp_path)


def test_an_archive_whose_content_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    path.write_bytes(path.read_bytes().replace(b"1,2", b"1,3", 1))
    with pytest.raises(SourceError, match="its zip data cannot be unpacked"):
        plain(path, tmp_path)


def test_an_archive_without_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    with pytest.raises(SourceError, match="holds 0 files, and one was expected"):
        plain(tmp_path / "a.zip", tmp_path)
