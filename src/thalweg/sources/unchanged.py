"""Files that must not change while they are read: a mixture of before and after would be a table that never was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from thalweg.core.errors import SourceError, ThalwegError
from thalweg.sources.source import Source

Stamps = dict[Path, tuple[int, ...] | None]


@contextmanager
def unchanged(source: Source, folder: Path) -> Iterator[None]:
    """Read the files of a source inside. Raises SourceError where one is another, or has changed, at the end.

    Told by inode, size and the time of the last change, to the nanosecond where the file system keeps it.
    """
    before = {file: _stamp(file) for file in source.files(folder)}
    try:
        yield
    except ThalwegError as error:
        _refuse_changed(before, error)
        raise
    _refuse_changed(before, None)


def _stamp(file: Path) -> tuple[int, ...] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _refuse_changed(before: Stamps, error: ThalwegError | None) -> None:
    changed = next((file for file, stamp in before.items() if _stamp(file) != stamp), None)
    if changed is not None:
        raise SourceError(
            f"{changed} changed while it was read",
            hint="run again when nothing writes to it; a file of JSON lines that only grows is read by: {stream: FILE}",
        ) from error
