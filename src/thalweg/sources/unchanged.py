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
    before = stamps(source, folder)
    try:
        yield
    except ThalwegError as error:
        refuse_changed(before, error)
        raise
    refuse_changed(before)


def stamps(source: Source, folder: Path) -> Stamps:
    """What the files of a source look like now."""
    return {file: _stamp(file) for file in source.files(folder)}


def _stamp(file: Path) -> tuple[int, ...] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def refuse_changed(before: Stamps, error: ThalwegError | None = None) -> None:
    """Raises SourceError where a file is another than `before`; `error` is what came of it."""
    changed = next((file for file, stamp in before.items() if _stamp(file) != stamp), None)
    if changed is not None:
        raise SourceError(
            f"{changed} changed while it was read",
            hint="run again when nothing writes to it; a file of JSON lines that only grows is read by: {stream: FILE}",
        ) from error
