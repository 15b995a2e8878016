"""A stream of JSON lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from pydantic import Field, field_validator, model_validator

from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    from thalweg.sources.accumulated.accumulator import Accumulator
    from thalweg.sources.streams.feed import Feed

UNITS = {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400}
TYPES = ("VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
STDIN = ("-", "stdin")


class StreamedLines(Source):
    """Read JSON lines as they come, in micro-batches, each a Parquet file of its own.

        clicks: {stream: {from: kafka://localhost:9092/clicks, batch: 10000, until: end}}
        clicks: {stream: {from: logs/clicks.jsonl, until: 1 h}}
        clicks: {stream: stdin}

    A run takes what is there until `until`, adds it to what earlier runs took, and goes on through the stages. A
    micro-batch and the place to go on from after it are committed in one step: whenever a run is killed, the next
    goes on where the last whole micro-batch ended, and every line is taken once. Columns are those of the first
    one, unless declared: whole numbers BIGINT, others DOUBLE, true and false BOOLEAN, everything else text, objects
    and lists as their JSON. A line that is no object, has an unknown key or a value of another type goes to
    quarantine with its offset. A file that was rotated is noticed. Kafka needs confluent-kafka; nothing is
    committed to the broker.
    """

    kind: ClassVar[str] = "stream"

    source: str = Field(alias="from")
    """`stdin`, a file that grows, or `kafka://HOST:PORT/TOPIC`."""
    batch: int = Field(default=10_000, ge=1)
    """Lines in a micro-batch, at most."""
    seconds: float = Field(default=60.0, gt=0)
    """How long a micro-batch may wait for more lines once it has one."""
    until: str | int = "end"
    """When a run has taken enough: `end`, what was there when it began; a time, such as `90 s`, `15 min` or `1 h`; or a
    number of lines, for which it waits. Standard input ends a run when it ends."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Types of columns by name: text, integer, number, boolean, date or timestamp (ISO 8601, brought to UTC)."""
    options: dict[str, str] = Field(default_factory=dict)
    """Settings of Kafka's client by its own names, such as `{sasl.password: $KAFKA_PASSWORD}`; a value that begins with
    $ is taken from the environment, as secrets have to be."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Self:
        return cls.model_validate({"from": "clicks.jsonl"})

    @field_validator("columns")
    @classmethod
    def _are_types(cls, value: dict[str, str]) -> dict[str, str]:
        from thalweg.sources.declared import sql_type

        types = {name: sql_type(kind, name) for name, kind in value.items()}
        for name, kind in types.items():
            if kind not in TYPES:
                raise ComponentError(
                    f"column {name!r}: a stream has {', '.join(TYPES)}; received {value[name]!r}"
                )
        return types

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        from thalweg.sources.streams.kafka import SCHEME, is_secret, kafka_address

        if self.incremental is not None:
            raise ComponentError("a stream is read on from where it was left: leave out `incremental`")
        self.until_seconds()
        if self.source.startswith(SCHEME):
            kafka_address(self.source)
        for name, value in self.options.items():
            if is_secret(name) and not value.startswith("$"):
                raise ComponentError(
                    f"the option {name} is a secret and may not stand in the file",
                    hint=f"put it in the environment and name it: {{{name}: $KAFKA_PASSWORD}}",
                )
        return self

    def until_seconds(self) -> float | None:
        """Seconds that `until` says; None where it is `end` or a number of lines."""
        if isinstance(self.until, int):
            if self.until < 1:
                raise ComponentError(f"until: expected a number of lines above 0, received {self.until}")
            return None
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]+)", self.until.strip())
        if self.until != "end" and (found is None or found[2] not in UNITS):
            raise ComponentError(
                "until: expected end, a time such as 90 s, 15 min or 1 h, or a number of lines; "
                f"received {self.until!r}"
            )
        return float(found[1]) * UNITS[found[2]] if found else None

    def fingerprint(self, folder: Path) -> str:
        path = folder / self.source
        stat = path.stat() if path.is_file() else None
        return fingerprint([self.written(), [stat.st_ino, stat.st_size, stat.st_mtime_ns] if stat else None])

    def accumulator(self, name: str, folder: Path) -> Accumulator:
        from thalweg.sources.streams.micro_batches import Cut, MicroBatches

        rows = self.until if isinstance(self.until, int) else None
        cut = Cut(self.batch, self.seconds, rows, self.until_seconds())
        return MicroBatches(self.kind, name, lambda: self._feed(folder), cut, self.columns, self.source)

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.accumulated.accumulator import accumulate
        from thalweg.sources.accumulated.opened_parts import OpenedParts

        into = place.session.scratch / f"stream_{uuid4().hex}"
        return OpenedParts(accumulate(name, self.accumulator(name, place.folder), place, into))

    def _feed(self, folder: Path) -> Feed:
        from thalweg.sources.streams.growing_file import GrowingFile
        from thalweg.sources.streams.kafka import SCHEME, Kafka, kafka_address
        from thalweg.sources.streams.standard_input import StandardInput

        if self.source in STDIN:
            return StandardInput()
        if self.source.startswith(SCHEME):
            return Kafka(*kafka_address(self.source), self.options)
        return GrowingFile(folder / Path(self.source).expanduser())
