"""Where the lines of a stream come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple


class Message(NamedTuple):
    """A line, where it stands, and the offset of its first byte there, or its offset in its partition of Kafka."""

    where: str
    offset: int
    text: bytes


class Feed(ABC):
    """Hands out messages, and can say at any time where to go on after those it has handed out."""

    ended: bool = False
    """Whether everything that was there at the start has been handed out."""
    exhausted: bool = False
    """Whether nothing can come any more."""

    @abstractmethod
    def start(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` says; from the beginning where it is empty. Raises SourceError where that is gone."""

    @abstractmethod
    def poll(self, most: int, seconds: float) -> list[Message]:
        """At most so many messages, waiting for the first at most so long."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Where to go on after what was handed out, as JSON values."""

    def news(self, state: Mapping[str, Any]) -> str | None:
        """Why there may be something new; None where there is nothing."""
        return "whatever has come since is read"

    def notes(self) -> dict[str, Any]:
        """What happened that a reader of the ledger should know."""
        return {}

    def close(self) -> None:
        """Let go of files and connections."""
        return None


LONGEST = 16 * 2**20  # bytes of a line; what is longer is handed out in pieces, none of which is an object


class Cutter:
    """Bytes as they come, cut into lines; counts the bytes of those handed out."""

    def __init__(self, where: str, offset: int):
        self.where, self.offset = where, offset
        self.rest = b""

    def lines(self, most: int, last: bool = False) -> list[Message]:
        """At most so many whole lines of what was added; with `last`, what follows the last line end is one too."""
        found: list[Message] = []
        at = 0
        while len(found) < most:
            end = self.rest.find(b"\n", at) + 1
            if not end and len(self.rest) - at > LONGEST:
                end = at + LONGEST
            if not end and last and at < len(self.rest):
                end = len(self.rest)
            if not end:
                break
            found.append(Message(self.where, self.offset + at, self.rest[at:end]))
            at = end
        self.rest, self.offset = self.rest[at:], self.offset + at
        return found
