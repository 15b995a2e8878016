"""From any text file to plain UTF-8 with line feeds or CRLF: what the engine reads in parallel.

A file that is so already is read where it lies. Any other (compressed, in another encoding, with the line ends of old
Macs) is copied once, streamed, to the session's scratch folder. A byte that its encoding does not know becomes 0xFF,
which UTF-8 never holds, so that the line it stands in is later set aside with its number.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any
from uuid import uuid4

import pyarrow as pa

from thalweg.core.errors import SourceError
from thalweg.core.files import storage_errors
from thalweg.core.suggest import did_you_mean

BLOCK = 2**20
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x04\x22\x4d\x18": "lz4",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
NAMED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz", ".lz4": "lz4", ".zip": "zip"}
BOMS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16"}
BOMS |= {codecs.BOM_UTF16_BE: "utf-16"}  # the longer marks first: that of UTF-32 begins like that of UTF-16
UNREADABLE = "\udcff"
ENCRYPTED = 1  # the bit of a zip member's flags
DAMAGED = (gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile, EOFError, pa.ArrowException)


def plain(path: Path, scratch: Path, encoding: str = "utf-8", member: str | None = None) -> Path:
    """The path of a plain copy of a text file, or its own where it is plain already.

    Raises SourceError where the file is damaged, or a zip archive holds not one file and `member` names none.
    """
    packing = compression(path)
    with _unpacked(path, packing, member) as stream:
        start = stream.read(BLOCK)
        encoding = marked_encoding(start, encoding)
        recode = codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig", "ascii")
        old_ends = b"\r" in start and b"\n" not in start
        if not recode:
            _refuse_unmarked(path, start)
        if packing is None and not recode and not old_ends:
            return path
        copy = scratch / f"{uuid4().hex}.txt"
        with storage_errors(copy), copy.open("wb") as target:
            for block in _recoded(start, stream, encoding) if recode else _blocks(start, stream):
                target.write(block.replace(b"\r", b"\n") if old_ends else block)
        return copy


def compression(path: Path) -> str | None:
    """How a file is compressed, told by its first bytes. Raises SourceError where its name says otherwise."""
    with path.open("rb") as file:
        start = file.read(6)
    actual = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    named = NAMED.get(path.suffix.lower())
    if named and actual != named:
        raise SourceError(f"{path} is named as a {named} file and is not one: it is damaged, or misnamed")
    return actual


def marked_encoding(start: bytes, encoding: str) -> str:
    """The encoding that a file's byte order mark names, else the one given."""
    return next((name for mark, name in BOMS.items() if start.startswith(mark)), encoding)


def _refuse_unmarked(path: Path, start: bytes) -> None:
    """Raises SourceError where text said to be of one byte a sign is of two, without a mark that says so."""
    if b"\0" not in start:
        return
    for encoding in ("utf-16-le", "utf-16-be"):
        text = start[: len(start) // 2 * 2].decode(encoding, "replace")
        if "\n" in text and "\0" not in text:
            raise SourceError(
                f"{path} looks like {encoding} text without a byte order mark",
                hint=f"say so with: encoding: {encoding}",
            )


@contextmanager
def _unpacked(path: Path, packing: str | None, member: str | None) -> Iterator[IO[bytes]]:
    """A stream of a file's content. Raises SourceError where the compressed data is damaged."""
    try:
        if packing == "zip":
            with zipfile.ZipFile(path) as archive, archive.open(only_member(path, archive, member)) as stream:
                yield stream
        else:
            with _opened(path, packing) as stream:
                yield stream
    except DAMAGED as error:
        raise SourceError(
            f"{path} is damaged: its {packing} data cannot be unpacked ({error})", hint="fetch the file again"
        ) from error
    except OSError as error:
        if error.errno is None and packing:
            raise SourceError(
                f"{path} is damaged: its {packing} data cannot be unpacked ({error})",
                hint="fetch the file again",
            ) from error
        raise


def _opened(path: Path, packing: str | None) -> Any:
    if packing in ("zstd", "lz4"):
        return pa.input_stream(str(path), compression=packing)
    return {None: open, "gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}[packing](path, "rb")


def only_member(path: Path, archive: zipfile.ZipFile, member: str | None) -> str:
    """The name of the file to read from an archive. Raises SourceError where it cannot be told or is not safe."""
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    for name in names:
        if (
            name.startswith(("/", "\\"))
            or ".." in PurePosixPath(name.replace("\\", "/")).parts
            or ":" in name
        ):
            raise SourceError(
                f"the archive {path} holds a file whose name leads out of its folder, {name!r}: it is not opened"
            )
    if member is None and len(names) != 1:
        raise SourceError(
            f"the archive {path} holds {len(names)} files, and one was expected",
            hint=f"name the one to read with: member: NAME; {did_you_mean('', names)}",
        )
    chosen = member or names[0]
    if chosen not in names:
        raise SourceError(f"the archive {path} holds no {chosen!r}", hint=did_you_mean(chosen, names))
    if archive.getinfo(chosen).flag_bits & ENCRYPTED:
        raise SourceError(f"{chosen!r} in the archive {path} is encrypted", hint="unpack it first")
    return chosen


def _blocks(start: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    while start:
        yield start
        start = stream.read(BLOCK)


def _recoded(start: bytes, stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """The stream in UTF-8, what cannot be decoded marked."""
    decoder = codecs.getincrementaldecoder(encoding)("thalweg-mark")
    for block in _blocks(start, stream):
        try:
            text = decoder.decode(block)
        except UnicodeError as error:  # not of a byte, which is marked, but of the whole
            raise SourceError(
                f"{stream.name} cannot be read as {encoding}: {error}",
                hint="without a byte order mark say which byte comes first: encoding: utf-16-le, or utf-16-be",
            ) from error
        yield text.encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE, error.end


codecs.register_error("thalweg-mark", _mark)
