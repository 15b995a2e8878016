"""Messages of a Kafka topic."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from thalweg.core.errors import ComponentError, MissingExtra, SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.sources.streams.feed import Feed, Message

SCHEME = "kafka://"
PATIENCE = 10.0  # seconds to wait for the broker
SECRET = ("password", "secret", "token", "key.pem")


def kafka_address(written: str) -> tuple[str, str]:
    """Brokers and topic of `kafka://host:9092,other:9092/topic`. Raises ComponentError where it is none."""
    brokers, _, topic = written.removeprefix(SCHEME).partition("/")
    if not brokers or not topic or "/" in topic:
        raise ComponentError(f"expected kafka://HOST:PORT/TOPIC, received {written!r}")
    if "@" in brokers:
        raise ComponentError(
            "an address of Kafka may not hold a user or a password",
            hint="say them as options whose values are taken from the environment: {sasl.password: $KAFKA_PASSWORD}",
        )
    return brokers, topic


def client_options(written: Mapping[str, str]) -> dict[str, str]:
    """Options of the client; `$NAME` is taken from the environment. Raises SourceError where it is not there."""
    options = {}
    for name, value in written.items():
        if value.startswith("$"):
            if value[1:] not in os.environ:
                raise SourceError(f"the option {name} of Kafka is taken from {value}, which is not set")
            value = os.environ[value[1:]]
        options[name] = value
    return options


def is_secret(option: str) -> bool:
    """Whether the value of a client's option may not stand in a file."""
    return any(word in option for word in SECRET)


class Kafka(Feed):
    """Reads every partition of a topic. State: the next offset of each. Nothing is committed to the broker.

    Messages of a partition keep their order; those of different partitions come as the broker sends them.
    """

    def __init__(self, brokers: str, topic: str, options: Mapping[str, str]):
        self.brokers, self.topic, self.options = brokers, topic, dict(options)
        self.next: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self.fault: Any = None
        self.consumer: Any = None

    def start(self, state: Mapping[str, Any]) -> None:
        try:
            from confluent_kafka import Consumer, KafkaException, TopicPartition
        except ImportError as error:
            raise MissingExtra("confluent-kafka", "kafka") from error
        settings = {"bootstrap.servers": self.brokers, "group.id": "thalweg", "enable.auto.commit": False}
        settings |= {"enable.partition.eof": True, "auto.offset.reset": "error", "error_cb": self._note}
        settings["logger"] = _quiet()
        try:
            self.consumer = Consumer({**settings, **client_options(self.options)})
            for partition in self._partitions():
                low, high = self.consumer.get_watermark_offsets(
                    TopicPartition(self.topic, partition), timeout=PATIENCE
                )
                stored = state.get("offsets", {}).get(str(partition), low)
                self._check(partition, stored, low, high)
                self.next[partition], self.ends[partition] = stored, high
            self.consumer.assign([TopicPartition(self.topic, p, offset) for p, offset in self.next.items()])
        except KafkaException as error:
            raise self._unreachable(error.args[0]) from error
        self._look()

    def poll(self, most: int, seconds: float) -> list[Message]:
        from confluent_kafka import KafkaError

        found = []
        for message in self.consumer.consume(most, timeout=seconds):
            error, partition = message.error(), message.partition()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise self._unreachable(error)
            if error is not None:
                self.next[partition] = max(self.next[partition], message.offset())
                continue
            self.next[partition] = message.offset() + 1
            found.append(Message(f"{self.topic}[{partition}]", message.offset(), message.value() or b""))
        self._look()
        if not found and self.fault is not None and not self.ended:
            raise self._unreachable(self.fault)
        return found

    def state(self) -> dict[str, Any]:
        return {"offsets": {str(partition): offset for partition, offset in sorted(self.next.items())}}

    def close(self) -> None:
        if self.consumer is not None:
            self.consumer.close()

    def _partitions(self) -> list[int]:
        known = self.consumer.list_topics(timeout=PATIENCE).topics
        if self.topic not in known:
            names = [name for name in known if not name.startswith("__")]
            raise SourceError(
                f"Kafka at {self.brokers} has no topic {self.topic!r}; {did_you_mean(self.topic, names)}"
            )
        return sorted(known[self.topic].partitions)

    def _check(self, partition: int, stored: int, low: int, high: int) -> None:
        if low <= stored <= high:
            return
        what = (
            f"its messages before {low:,} are gone"
            if stored < low
            else f"it ends at {high:,}: it was made anew"
        )
        raise SourceError(
            f"partition {partition} of the topic {self.topic!r} cannot be read on from offset {stored:,}: {what}",
            hint="keep messages longer than the time between two runs; to go on with what there is, give the source "
            "another name, and unite both with: - union",
        )

    def _look(self) -> None:
        self.ended = all(self.next[partition] >= end for partition, end in self.ends.items())

    def _note(self, error: Any) -> None:
        from confluent_kafka import KafkaError

        if error.code() == KafkaError._ALL_BROKERS_DOWN or error.fatal():
            self.fault = error

    def _unreachable(self, error: Any) -> SourceError:
        return SourceError(
            f"Kafka at {self.brokers} cannot be read: {error.str()}",
            hint="look whether the broker is up and its address right, and run again: what was read is kept",
        )


def _quiet() -> Any:
    """A logger that says nothing: what matters is raised."""
    import logging

    logger = logging.getLogger("thalweg.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
