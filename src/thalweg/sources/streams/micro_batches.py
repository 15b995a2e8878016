"""A stream cut into micro-batches, each a part of the journal with the place to go on from after it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from thalweg.core.errors import SourceError
from thalweg.core.files import storage_errors
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Reason
from thalweg.sources.accumulated.accumulator import Accumulator
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.media.broken import BrokenFile as Unfit
from thalweg.sources.names import unlike, usable
from thalweg.sources.rejected_file import RejectedFile
from thalweg.sources.source import Place
from thalweg.sources.streams.feed import Feed, Message
from thalweg.sources.streams.objects import ARROW, fitted, inferred, parsed

WAIT = 0.2  # seconds between two looks at the clock
SHOWN = 10_000  # characters of a line that are kept in quarantine


@dataclass(frozen=True)
class Cut:
    """Where a stream is cut, and when a run has taken enough: any of the last two, or what was there at the start."""

    rows: int
    seconds: float
    until_rows: int | None = None
    until_seconds: float | None = None


@dataclass
class MicroBatches(Accumulator):
    """Reads a feed until it has taken what its `cut` says."""

    kind: str
    name: str
    feed: Callable[[], Feed]
    cut: Cut
    columns: Mapping[str, str]
    address: str
    can_begin_again: bool = False

    def __post_init__(self) -> None:
        self.identity = fingerprint([self.address, dict(self.columns)])

    def news(self, journal: Journal) -> str | None:
        return self.feed().news(journal.state)

    def read(self, journal: Journal, place: Place) -> None:
        feed = self.feed()
        try:
            feed.start(journal.state)
            self._take(feed, journal)
        finally:
            feed.close()

    def _take(self, feed: Feed, journal: Journal) -> None:
        began = opened = time.monotonic()
        waiting: list[Message] = []
        taken = 0
        while not self._enough(feed, taken, time.monotonic() - began):
            most = self.cut.rows - len(waiting)
            if self.cut.until_rows is not None:
                most = min(most, self.cut.until_rows - taken)
            came = feed.poll(most, WAIT)
            if came and not waiting:
                opened = time.monotonic()
            waiting += came
            taken += len(came)
            if len(waiting) == self.cut.rows or (waiting and time.monotonic() - opened >= self.cut.seconds):
                self._commit(feed, journal, waiting)
                waiting = []
        self._commit(feed, journal, waiting)

    def _enough(self, feed: Feed, taken: int, seconds: float) -> bool:
        if feed.exhausted and feed.ended:
            return True
        if self.cut.until_rows is not None:
            return taken >= self.cut.until_rows
        if self.cut.until_seconds is not None:
            return seconds >= self.cut.until_seconds
        return feed.ended

    def _commit(self, feed: Feed, journal: Journal, messages: list[Message]) -> None:
        aside = RejectedFile(journal.next_rejected, self.address)
        counts: Counter[str] = Counter()

        def refuse(message: Message, error: Unfit) -> None:
            counts[error.rule] += 1
            text = message.text.decode("utf-8", "backslashreplace").rstrip("\r\n")[:SHOWN]
            aside.add(message.offset, text, error.rule, error.reason, message.where)

        found = []
        for message in messages:
            if not message.text.strip() and not message.where.endswith("]"):
                continue  # a blank line is no row; an empty message is one that cannot be read
            try:
                found.append((message, parsed(message.text)))
            except Unfit as error:
                refuse(message, error)
        if found and not journal.columns:
            journal.columns = self._settled(inferred((row for _, row in found), self.columns))
        rows = []
        for message, row in found:
            try:
                rows.append(fitted(row, journal.columns))
            except Unfit as error:
                refuse(message, error)
        aside.close()
        self._write(rows, journal)
        journal.notes |= feed.notes()
        reasons = [
            Reason(fate="quarantined", rule=rule, rows=count) for rule, count in sorted(counts.items())
        ]
        ends = {"from": _place(messages[0]), "to": _place(messages[-1])} if messages else {}
        journal.commit(len(rows), reasons, feed.state(), **ends)
        if not reasons:
            aside.path.unlink(missing_ok=True)

    def _settled(self, types: dict[str, str]) -> dict[str, str]:
        if not types:
            raise SourceError(
                f"the objects of {self.address} have no keys", hint="declare them: columns: {NAME: TYPE}"
            )
        unlike(list(types), self.address)
        usable(list(types), self.name)
        return types

    def _write(self, rows: list[dict], journal: Journal) -> None:
        if not rows:
            return
        fields = [(name, ARROW[kind]) for name, kind in journal.columns.items()]
        schema = pa.schema(
            [
                (name, pa.timestamp("us") if "stamp" in kind else pa.type_for_alias(kind))
                for name, kind in fields
            ]
        )
        with storage_errors(journal.next_data):
            pq.write_table(pa.Table.from_pylist(rows, schema), journal.next_data, compression="lz4")


def _place(message: Message) -> str:
    return f"{message.where} at {message.offset}"
