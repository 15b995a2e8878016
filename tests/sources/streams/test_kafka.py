"""A topic of Kafka, against the client's own mock of a broker."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from thalweg.core.errors import SourceError

kafka = pytest.importorskip("confluent_kafka")


class Broker:
    """A mock cluster inside a producer."""

    def __init__(self) -> None:
        self.producer = kafka.Producer({"bootstrap.servers": "none:1", "test.mock.num.brokers": 1})
        (broker,) = self.producer.list_topics(timeout=10).brokers.values()
        self.address = f"{broker.host}:{broker.port}"

    def send(self, topic: str, *values: object, partition: int = 0) -> None:
        for value in values:
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.producer.produce(topic, content, partition=partition)
        assert self.producer.flush(10) == 0


@pytest.fixture(scope="module")
def broker() -> Broker:
    return Broker()


def numbers(found) -> list[int]:
    return sorted(row["n"] for row in found.rows)


def test_a_second_run_goes_on_at_the_offset(grow: Callable, broker: Broker) -> None:
    source = {"stream": {"from": f"kafka://{broker.address}/clicks", "batch": 4}}
    broker.send("clicks", *({"n": n} for n in range(6)))
    broker.send("clicks", *({"n": n} for n in range(6, 10)), b"junk", b"", partition=1)
    first = grow(source)
    assert numbers(first) == list(range(10))
    assert {(row["file"], row["line"], row["text"]) for row in first.rejected} == {
        ("clicks[1]", 4, "junk"),
        ("clicks[1]", 5, ""),
    }
    assert all(part["rows"] + sum(r["rows"] for r in part["reasons"]) <= 4 for part in first.journal.parts)
    offsets = first.journal.state["offsets"]
    assert (offsets["0"], offsets["1"]) == (6, 6)
    broker.send("clicks", {"n": 10})
    second = grow(source)
    assert numbers(second) == list(range(11))
    assert second.rows[:10] == first.rows


def test_a_kill_neither_loses_nor_doubles(grow: Callable, broker: Broker, killed: Callable, request) -> None:
    topic = f"kill-{abs(hash(request.node.name))}"
    broker.send(topic, *({"n": n} for n in range(10)))
    source = {"stream": {"from": f"kafka://{broker.address}/{topic}", "batch": 4}}
    killed(2)
    with pytest.raises(KeyboardInterrupt):
        grow(source)
    assert numbers(grow(source)) == list(range(10))


def test_a_number_of_lines(grow: Callable, broker: Broker) -> None:
    broker.send("many", *({"n": n} for n in range(10)))
    source = {"stream": {"from": f"kafka://{broker.address}/many", "until": 3}}
    assert numbers(grow(source)) == [0, 1, 2]
    assert numbers(grow(source)) == [0, 1, 2, 3, 4, 5]


def test_an_offset_that_is_not_there(grow: Callable, broker: Broker) -> None:
    broker.send("short", {"n": 1})
    found = grow({"stream": f"kafka://{broker.address}/short"})
    path = found.journal.folder / "commits.jsonl"
    path.write_text(path.read_text().replace('"0": 1', '"0": 99'))
    with pytest.raises(
        SourceError, match=r"cannot be read on from offset 99: it ends at 1: it was made anew"
    ):
        grow({"stream": f"kafka://{broker.address}/short"})


def test_no_broker(grow: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thalweg.sources.streams.kafka.PATIENCE", 0.5)
    with pytest.raises(
        SourceError, match=r"Kafka at 127\.0\.0\.1:1 cannot be read: .*\n  look whether the broker is up"
    ):
        grow({"stream": "kafka://127.0.0.1:1/clicks"})


def test_a_secret_that_is_not_set(grow: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH", raising=False)
    with pytest.raises(
        SourceError, match=r"the option sasl\.password of Kafka is taken from \$NO_SUCH, which is not"
    ):
        grow({"stream": {"from": "kafka://127.0.0.1:1/t", "options": {"sasl.password": "$NO_SUCH"}}})
