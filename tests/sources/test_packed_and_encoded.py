"""Every packing and encoding that text files are promised to be read in."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from thalweg.core.errors import SourceError

CSV = "名,n\n深泓线,1\n河,2\n"
JSON = '{"名": "深泓线", "n": 1}\n{"名": "河", "n": 2}\n'
ROWS = [{"名": "深泓线", "n": 1}, {"名": "河", "n": 2}]


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


@pytest.mark.parametrize(("kind", "text"), [("csv", CSV), ("json", JSON)])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(("ending", "pack"), [("", bytes), (".gz", gzip.compress), (".zst", zstd)])
def test_it_is_read_right(
    read: Callable, tmp_path: Path, kind: str, text: str, encoding: str, ending: str, pack: Callable
) -> None:
    (tmp_path / f"a.{kind}{ending}").write_bytes(pack(text.encode(encoding)))
    assert read({"kind": kind, "path": f"a.{kind}{ending}", "encoding": encoding}).rows == ROWS


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".zst", zstd)])
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_truncated_file(read: Callable, tmp_path: Path, kind: str, ending: str, pack: Callable) -> None:
    text = {"csv": CSV, "json": JSON}[kind]
    (tmp_path / f"a.{kind}{ending}").write_bytes(pack((text * 500).encode())[:-9])
    with pytest.raises(SourceError, match=rf"a\.{kind}\{ending} is damaged: its \w+ data cannot be unpacked"):
        read(f"a.{kind}{ending}")


@pytest.mark.parametrize(("kind", "text"), [("csv", CSV), ("json", JSON)])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_no_byte_order_mark(read: Callable, tmp_path: Path, kind: str, text: str, encoding: str) -> None:
    (tmp_path / f"a.{kind}").write_bytes(text.encode(encoding))
    with pytest.raises(
        SourceError, match=rf"looks like {encoding} text without .*\n  say so with: encoding: {encoding}"
    ):
        read(f"a.{kind}")
    with pytest.raises(
        SourceError, match=r"cannot be read as utf-16: .*\n  without a byte order mark say which byte"
    ):
        read({"kind": kind, "path": f"a.{kind}", "encoding": "utf-16"})
    marked = codecs.BOM_UTF16_LE if encoding.endswith("le") else codecs.BOM_UTF16_BE
    (tmp_path / f"a.{kind}").write_bytes(marked + text.encode(encoding))
    assert read(f"a.{kind}").rows == ROWS
