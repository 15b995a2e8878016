"""Lines from standard input."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Mapping
from typing import Any

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import DIGITS, file_hash
from thalweg.sources.streams.feed import Cutter, Feed, Message

HEAD = 1_024
CHUNK = 2**16
NAME = "standard input"


class StandardInput(Feed):
    """Reads a pipe to its end. State: how many bytes of it were read, their digest and that of the first ones.

    An input that begins like the one before is the same one given again, as by `cat log | thalweg run …`: what was read
    of it is passed over, and has to be the same to the byte. Any other is a new one, and is read whole.
    """

    def __init__(self) -> None:
        self.cutter = Cutter(NAME, 0)
        self.digest = file_hash()
        self.head = b""
        self.kept: dict[str, Any] = {}

    def start(self, state: Mapping[str, Any]) -> None:
        if sys.stdin is None or sys.stdin.isatty():
            if not state.get("offset"):
                raise SourceError(
                    "standard input is a terminal", hint="pipe JSON lines: cat lines | thalweg run FILE"
                )
            self._resume(state, b"")
            self.ended = self.exhausted = True
            return
        self.input = sys.stdin.fileno()
        first = self._read(state.get("head_bytes", 0))
        if not state or not first:
            self._resume(state, first)
        elif _digest(first) != state["head"]:
            self._resume({}, first)
        else:
            self._pass_over(state, first)

    def poll(self, most: int, seconds: float) -> list[Message]:
        found = self.cutter.lines(most)
        if not found and not self.exhausted and select.select([self.input], [], [], seconds)[0]:
            content = os.read(self.input, CHUNK)
            self.cutter.rest += content
            self.exhausted = not content
            found = self.cutter.lines(most)
        if not found and self.exhausted:
            found = self.cutter.lines(most, last=True)
            self.ended = not found
        for message in found:
            self.digest.update(message.text)
            self.head += message.text[: HEAD - len(self.head)]
        return found

    def state(self) -> dict[str, Any]:
        if not self.cutter.offset and self.kept:
            return self.kept
        told = {"head": _digest(self.head), "head_bytes": len(self.head)}
        return {"offset": self.cutter.offset, "digest": self.digest.hexdigest()[:DIGITS], **told}

    def _resume(self, state: Mapping[str, Any], content: bytes) -> None:
        """Nothing of the input was read before; where there is none at all, the state stays as it was."""
        self.kept = dict(state)
        self.cutter.rest = content

    def _pass_over(self, state: Mapping[str, Any], first: bytes) -> None:
        left = state["offset"] - len(first)
        self.digest.update(first)
        while left and (content := self._read(min(left, CHUNK))):
            self.digest.update(content)
            left -= len(content)
        if left or self.digest.hexdigest()[:DIGITS] != state["digest"]:
            raise SourceError(
                "standard input begins like the one that was read before, and differs from it "
                f"in its first {state['offset']:,} bytes",
                hint="give it as it was, with more lines at its end; or give another input, which is added whole",
            )
        self.head = first
        self.cutter.offset = state["offset"]

    def _read(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size and (content := os.read(self.input, size - len(parts))):
            parts += content
        return bytes(parts)


def _digest(content: bytes) -> str:
    return file_hash(content).hexdigest()[:DIGITS]
