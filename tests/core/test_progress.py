"""What is told while it goes on."""

from __future__ import annotations

import json

import pytest

from thalweg.core import progress as module
from thalweg.core.progress import Bars, Lines, Silent, chosen


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_every_five_seconds(clock: list[float], capsys: pytest.CaptureFixture) -> None:
    with Lines().task("train", 200) as task:
        task.advance(50)
        clock[0] += 6
        task.advance(50, loss=0.123456, epoch=2)
        task.advance(50)
    assert capsys.readouterr().err == "train  50% loss 0.1235  epoch 2\n"


def test_without_a_total_there_is_no_share(clock: list[float], capsys: pytest.CaptureFixture) -> None:
    with Lines().task("read") as task:
        clock[0] += 6
        task.advance(5)
    assert capsys.readouterr().err == "read\n"


def test_json_lines(clock: list[float], capsys: pytest.CaptureFixture) -> None:
    lines = Lines(as_json=True)
    lines.say("é", rows=3)
    with lines.task("train", 10) as task:
        clock[0] += 6
        task.advance(5, loss=0.5)
    said, told = capsys.readouterr().err.splitlines()
    assert json.loads(said) == {"say": "é", "rows": 3}
    assert "é" in said
    assert json.loads(told) == {"task": "train", "done": 5.0, "total": 10, "loss": 0.5}


def test_plain_lines_say_the_text_alone(capsys: pytest.CaptureFixture) -> None:
    Lines().say("done [in 3 s]", rows=3)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "done [in 3 s]\n")


def test_bars_go_to_stderr(capsys: pytest.CaptureFixture) -> None:
    bars = Bars()
    bars.say("done [in 3 s]")
    with bars.task("train", 10) as task:
        task.advance(5, loss=0.5)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("done [in 3 s]\n")  # brackets are text, not markup


def test_silence(capsys: pytest.CaptureFixture) -> None:
    silent = Silent()
    silent.say("x")
    with silent.task("y", 1) as task:
        task.advance(1, loss=1.0)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(chosen(), Bars)
    assert isinstance(chosen(as_json=True), Lines)
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(chosen(), Lines)
