"""Files that are whole or not there at all.

Everything is written under a temporary name beside its place, synced to the disk, then renamed. A folder of
results is believed only if its `manifest.json`, written last, lists its files with their digests.
"""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from thalweg.core.errors import StorageError
from thalweg.core.fingerprint import DIGITS, file_hash, fingerprint_file

MANIFEST = "manifest.json"


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Tell a full disk or a forbidden folder in the user's words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full_disk(path) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise forbidden(path) from error
        raise


def full_disk(path: Path) -> StorageError:
    """The error to raise when there is no space left where `path` should be written."""
    return StorageError(
        f"the disk is full: {path} could not be written",
        hint="free some space, or choose a folder on another disk with: --set output=FOLDER; "
        "then run the same command again: finished stages are kept",
    )


def forbidden(path: Path) -> StorageError:
    """The error to raise when `path` may not be written."""
    return StorageError(
        f"no permission to write {path}", hint="choose another folder with: --set output=FOLDER"
    )


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a written file's content survive a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path to write; on success it is synced and takes the place of `path`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            sync_file(temporary)
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically: sorted as given, indented, NaN refused."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises StorageError where it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise StorageError(
            f"{path} is damaged: it is not valid JSON", hint=f"remove {path.parent} and run again"
        ) from error


@contextmanager
def atomic_folder(folder: Path, digests: Mapping[str, str] | None = None, **facts: Any) -> Iterator[Path]:
    """Give an empty temporary folder to fill; on success it takes the place of `folder`, manifest with `facts` too.

    `digests` of files by name, filled while they are written, spare reading them again.
    """
    temporary = folder.with_name(f".{folder.name}.partial")
    with storage_errors(folder):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            yield temporary
            seal(temporary, digests, **facts)
            if folder.exists():
                shutil.rmtree(folder)
            temporary.replace(folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def seal(folder: Path, digests: Mapping[str, str] | None = None, **facts: Any) -> None:
    """Sync every file of a folder and write the manifest with their sizes and digests, last."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    known = digests or {}

    def listed(path: Path) -> tuple[str, dict[str, Any]]:
        name = path.relative_to(folder).as_posix()
        sync_file(path)
        return name, {"bytes": path.stat().st_size, "digest": known.get(name) or fingerprint_file(path)}

    with ThreadPoolExecutor() as pool:
        write_json(folder / MANIFEST, {**facts, "files": dict(pool.map(listed, files))})


class DigestedFile(io.RawIOBase):
    """A new file whose digest, as `fingerprint_file` gives it, is taken while it is written."""

    def __init__(self, path: Path):
        self._file = path.open("wb", buffering=0)
        self._hash = file_hash()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._hash.update(content)
        written = 0
        with memoryview(content) as view:
            while written < view.nbytes:  # one call may write less than all of it
                written += self._file.write(view[written:])
        return written

    def tell(self) -> int:
        return self._file.tell()

    def digest(self) -> str:
        return self._hash.hexdigest()[:DIGITS]

    def close(self) -> None:
        self._file.close()
        super().close()


def first_damage(folder: Path) -> str | None:
    """The first reason not to believe a sealed folder, or None where every digest holds."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return f"{folder} has no {MANIFEST}"
    listed = read_json(manifest)["files"]
    for name, expected in listed.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is missing"
        if path.stat().st_size != expected["bytes"]:
            return f"{path} has {path.stat().st_size} bytes, not {expected['bytes']}"
    with ThreadPoolExecutor() as pool:
        for name, digest in zip(
            listed, pool.map(lambda name: fingerprint_file(folder / name), listed), strict=True
        ):
            if digest != listed[name]["digest"]:
                return f"{folder / name} has changed since it was written"
    return None
