"""A file that grows: its new lines, each once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.source import Source
from thalweg.sources.streamed import StreamedLines
from thalweg.sources.streams.growing_file import GrowingFile

CLICKS = {"stream": {"from": "clicks.jsonl", "batch": 3}}


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Append lines to the log: numbers as `{"n": …}`, text as it is."""
    path = tmp_path / "clicks.jsonl"

    def append(*lines: int | str) -> Path:
        with path.open("a") as file:
            file.writelines(f'{{"n": {line}}}\n' if isinstance(line, int) else line for line in lines)
        return path

    return append


def numbers(found) -> list[int]:
    return [row["n"] for row in found.rows]


def test_written_forms() -> None:
    assert parse(Source, {"stream": "clicks.jsonl"}) == parse(Source, {"stream": {"from": "clicks.jsonl"}})
    assert parse(Source, StreamedLines.example().written()) == StreamedLines.example()


def test_batches_are_counted_and_a_second_run_goes_on(grow: Callable, put: Callable) -> None:
    put(*range(7))
    first = grow(CLICKS)
    assert numbers(first) == list(range(7))
    assert [part["rows"] for part in first.journal.parts] == [3, 3, 1]
    assert first.notes["parts"] == 3
    assert first.notes["last parts"][1]["rows"] == 3
    assert first.notes["last parts"][1]["from"].endswith("clicks.jsonl at 27")
    assert first.news is None
    digest = first.journal.digest
    assert grow(CLICKS).journal.digest == digest
    put(7)
    again = grow(CLICKS | {"stream": {**CLICKS["stream"], "batch": 100}})  # how it is cut may change
    assert numbers(again) == list(range(8))
    assert again.journal.digest != digest


def test_a_line_that_is_not_whole_waits(grow: Callable, put: Callable) -> None:
    put(1, '{"n": ')
    assert numbers(grow(CLICKS)) == [1]
    put("2}\n", 3)
    assert numbers(grow(CLICKS)) == [1, 2, 3]


def test_malformed_lines_go_to_quarantine_with_offset_and_text(grow: Callable, put: Callable) -> None:
    put(
        1,
        "\n",
        "nonsense\n",
        '{"n": 2, "m": 3}\n',
        '{"n": "four"}\n',
        '{"n": 1, "n": 2}\n',
        "[1]\n",
        '{"n": NaN}\n',
    )
    path = put("[" * 50_000 + "\n", 9)
    path.write_bytes(path.read_bytes() + b'{"n": "\xff"}\n{}\n')
    found = grow({"stream": {"from": "clicks.jsonl", "batch": 2, "columns": {"n": "integer"}}})
    assert numbers(found) == [1, 9, None]
    by_text = {row["text"][:20]: row for row in found.rejected}
    assert by_text["nonsense"]["line"] == 10
    assert by_text['{"n": 2, "m": 3}']["rule"] == "unknown key"
    assert by_text['{"n": "four"}']["reason"] == "'n' is BIGINT, found \"four\""
    assert by_text['{"n": 1, "n": 2}']["reason"] == "the key 'n' occurs twice"
    assert by_text["[1]"]["reason"] == "expected an object, found list"
    assert by_text['{"n": NaN}']["reason"] == "NaN is no JSON"
    assert by_text['{"n": "\\xff"}']["reason"].startswith("it is not UTF-8")
    assert len(found.rejected) == 8


def test_values_are_carried_whole(grow: Callable, put: Callable) -> None:
    row = {
        "id": 2**53 + 1,
        "x": 1,
        "b": True,
        "t": "é",
        "o": {"k": [1]},
        "at": "2024-05-01T10:00:00+02:00",
        "z": None,
    }
    put(json.dumps(row) + "\n", json.dumps({**row, "x": 0.5, "o": "plain", "z": 3}) + "\n")
    found = grow({"stream": {"from": "clicks.jsonl", "columns": {"at": "timestamp"}}})
    assert [str(value) for value in found.rows[0].values()] == [
        *("2024-05-01 08:00:00", "9007199254740993", "1.0", "True", "é", '{"k": [1]}', "None")
    ]
    assert found.rows[1]["o"] == "plain"
    assert found.rows[1]["z"] == 3


def test_rotation_is_noticed_and_nothing_is_lost(grow: Callable, put: Callable, tmp_path: Path) -> None:
    path = put(1, 2)
    grow(CLICKS)
    put(3, '{"n": 4}')  # the old file ends without a line end
    path.rename(tmp_path / "clicks.jsonl.1")
    put(5, 6)
    found = grow(CLICKS)
    assert numbers(found) == [1, 2, 3, 4, 5, 6]
    assert found.notes["files moved away (rotation)"] == 1
    assert numbers(grow(CLICKS)) == [1, 2, 3, 4, 5, 6]


def test_a_rotated_file_that_is_gone_is_told(grow: Callable, put: Callable) -> None:
    path = put(1, 2)
    grow(CLICKS)
    path.write_text('{"n": 9}\n')  # cut in place and written anew
    found = grow(CLICKS)
    assert numbers(found) == [1, 2, 9]
    assert found.notes["rotated files not found, their rest not read"] == 1
    path.unlink()
    assert numbers(grow(CLICKS)) == [1, 2, 9]  # moved away, and not there again yet


def test_a_time_and_a_number_of_lines(grow: Callable, put: Callable) -> None:
    put(*range(10))
    found = grow({"stream": {"from": "clicks.jsonl", "batch": 4, "until": 6}})
    assert numbers(found) == list(range(6))
    assert [part["rows"] for part in found.journal.parts] == [4, 2]
    later = threading.Timer(0.3, put, [10])
    later.start()
    began = time.monotonic()
    found = grow({"stream": {"from": "clicks.jsonl", "until": "1 s"}})
    assert 0.9 < time.monotonic() - began < 4
    assert numbers(found) == list(range(11))


@pytest.mark.parametrize("cut", [False, True])
def test_a_file_rotated_while_it_is_read(cut: bool, put: Callable, tmp_path: Path) -> None:
    path = put(1)
    feed = GrowingFile(path)
    feed.start({})
    assert [message.text for message in feed.poll(10, 0.1)] == [b'{"n": 1}\n']
    if cut:
        path.write_text("")
        assert feed.poll(10, 0.1) == []
    else:
        put(2)
        path.rename(tmp_path / "old")
        put(3)
        assert [message.text for message in feed.poll(10, 0.1)] == [b'{"n": 2}\n']
        assert [(message.offset, message.text) for message in feed.poll(10, 0.1)] == [(0, b'{"n": 3}\n')]
    assert feed.notes() == {"files moved away (rotation)": 1}
    put(4)
    assert [message.text for message in feed.poll(10, 0.1)] == [b'{"n": 4}\n']
    assert feed.state()["offset"] == path.stat().st_size
    feed.close()


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_kill_neither_loses_nor_doubles(nth: int, grow: Callable, put: Callable, killed: Callable) -> None:
    put(*range(4), "x\n", *range(4, 8))
    killed(nth)
    with pytest.raises(KeyboardInterrupt):
        grow(CLICKS)
    found = grow(CLICKS)
    assert numbers(found) == list(range(8))
    assert len(found.rejected) == 1


def test_other_columns_are_refused_and_nothing_is_thrown_away(grow: Callable, put: Callable) -> None:
    put(1)
    grow(CLICKS)
    with pytest.raises(
        SourceError, match="1 rows were read from this source with other settings, and it may not"
    ):
        grow({"stream": {"from": "clicks.jsonl", "columns": {"n": "text"}}})
    assert numbers(grow(CLICKS)) == [1]


def test_no_file_and_no_row(grow: Callable, put: Callable, read: Callable) -> None:
    with pytest.raises(SourceError, match=r"there is no file .*clicks\.jsonl"):
        grow(CLICKS)
    put(1, 2)
    assert read(CLICKS).rows == [{"n": 1}, {"n": 2}]  # as prediction reads it


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"until": "1 fortnight"}, "until: expected end, a time such as 90 s"),
        ({"until": 0}, "expected a number of lines above 0"),
        ({"columns": {"a": "UUID"}}, "column 'a': a stream has VARCHAR"),
        ({"from": "kafka://here"}, "expected kafka://HOST:PORT/TOPIC"),
        ({"from": "kafka://me:secret@here/topic"}, "may not hold a user or a password"),
        (
            {"options": {"sasl.password": "hunter2"}},
            "sasl.password is a secret and may not stand in the file",
        ),
        ({"incremental": "files"}, "not made of files|leave out `incremental`"),
    ],
)
def test_what_was_written_wrongly(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        parse(Source, {"stream": {"from": "a.jsonl", **fields}})
    assert "hunter2" not in str(error.value).split("[type=")[0]
