"""A file that grows at its end, and is moved away now and then: its new lines."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from thalweg.core.fingerprint import fingerprint_content
from thalweg.sources.found import readable
from thalweg.sources.streams.feed import Cutter, Feed, Message

HEAD = 1_024  # bytes at the beginning that tell a file from another
CHUNK = 2**20
PAUSE = 0.05


class GrowingFile(Feed):
    """Goes on at a byte. State: the file's inode, the byte, and the digest of its first bytes.

    A file with another inode, another beginning, or fewer bytes than were read is another file: the log was rotated.
    What was not read of the old one is read first where it lies beside the new one under another name; else that is
    noted. A line without a line end is not whole yet and is left for the next run, except in a file that was rotated.
    """

    def __init__(self, path: Path):
        self.path = path
        self.file: IO[bytes] | None = None
        self.moved = 0
        self.lost = 0

    def start(self, state: Mapping[str, Any]) -> None:
        offset = 0
        if state and not self._is_same(self.path, state):
            old = self._moved_file(state)
            if old is None:
                self.moved, self.lost = 1, 1
            else:
                self._open(old, state["offset"])
                return
        elif state:
            offset = state["offset"]
        if state and not self.path.exists():  # moved away, and not there again yet
            self._state, self.ended = dict(state), True
            return
        self._open(readable(self.path), offset)

    def poll(self, most: int, seconds: float) -> list[Message]:
        until = time.monotonic() + seconds
        while True:
            found = self._lines(most)
            if found or (self.ended and time.monotonic() >= until):
                return found
            if time.monotonic() >= until:
                return []
            if self.file is None or not self._read():
                time.sleep(PAUSE)

    def state(self) -> dict[str, Any]:
        if self.file is None:
            return self._state
        size = min(HEAD, self.cutter.offset)
        head = os.pread(self.file.fileno(), size, 0)
        inode = os.fstat(self.file.fileno()).st_ino
        return {
            "inode": inode,
            "offset": self.cutter.offset,
            "head": fingerprint_content(head),
            "head_bytes": size,
        }

    def news(self, state: Mapping[str, Any]) -> str | None:
        if not state or not self._is_same(self.path, state):
            return "another file lies there" if self.path.exists() else None
        return "it has grown" if self.path.stat().st_size > state["offset"] else None

    def notes(self) -> dict[str, Any]:
        told = {
            "files moved away (rotation)": self.moved,
            "rotated files not found, their rest not read": self.lost,
        }
        return {name: count for name, count in told.items() if count}

    def close(self) -> None:
        if self.file is not None:
            self.file.close()

    def _open(self, path: Path, offset: int) -> None:
        self.close()
        self.file = path.open("rb")
        self.file.seek(offset)
        self.cutter = Cutter(str(self.path), offset)

    def _lines(self, most: int) -> list[Message]:
        if self.file is None:
            return []
        found = self.cutter.lines(most)
        if found or self._read():
            return found or self.cutter.lines(most)
        if self._is_current():
            self.ended = True
            return []
        if rest := self.cutter.lines(most, last=True):
            return rest
        self.moved += 1
        self._open(self.path, 0)  # the old file is through: what is written now goes to the new one
        return self._lines(most)

    def _read(self) -> int:
        assert self.file is not None
        content = self.file.read(CHUNK)
        self.cutter.rest += content
        return len(content)

    def _is_current(self) -> bool:
        """Whether lines are still written to the open file."""
        assert self.file is not None
        mine = os.fstat(self.file.fileno())
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return True
        return (
            mine.st_ino == there.st_ino and there.st_size >= self.file.tell()
        )  # else moved, or cut in place

    def _moved_file(self, state: Mapping[str, Any]) -> Path | None:
        beside = sorted(self.path.parent.iterdir()) if self.path.parent.is_dir() else []
        return next((path for path in beside if path.is_file() and self._is_same(path, state)), None)

    def _is_same(self, path: Path, state: Mapping[str, Any]) -> bool:
        try:
            stat = path.stat()
            if stat.st_ino != state["inode"] or stat.st_size < state["offset"]:
                return False
            with path.open("rb") as file:
                return fingerprint_content(file.read(state["head_bytes"])) == state["head"]
        except OSError:
            return False
