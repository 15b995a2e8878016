"""Lines from standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from thalweg.core.errors import DataError, SourceError

SOURCE = {"stream": {"from": "stdin", "batch": 100}}


@pytest.fixture
def pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """`pipe("…")`: what standard input gives from now on."""
    with ExitStack() as files:

        def give(text: str) -> None:
            path = tmp_path / "given"
            path.write_text(text)
            monkeypatch.setattr(sys, "stdin", files.enter_context(path.open()))

        yield give


def lines(first: int, last: int) -> str:
    return "".join(f'{{"n": {n}}}\n' for n in range(first, last))


def numbers(found) -> list[int]:
    return [row["n"] for row in found.rows]


def test_to_its_end(grow: Callable, pipe: Callable) -> None:
    pipe(lines(0, 250) + '{"n": 250}')  # the last line has no line end, and nothing more can come
    found = grow(SOURCE)
    assert numbers(found) == list(range(251))
    assert [part["rows"] for part in found.journal.parts] == [100, 100, 51]


def test_the_same_input_given_again_is_read_on(grow: Callable, pipe: Callable) -> None:
    pipe(lines(0, 250))
    grow(SOURCE)
    pipe(lines(0, 300))
    assert numbers(grow(SOURCE)) == list(range(300))
    pipe("")
    assert numbers(grow(SOURCE)) == list(range(300))
    pipe(lines(0, 300))
    assert numbers(grow(SOURCE)) == list(range(300))
    pipe(lines(1000, 1002))
    assert numbers(grow(SOURCE)) == [*range(300), 1000, 1001]


def test_an_input_that_differs_later_is_refused(grow: Callable, pipe: Callable) -> None:
    pipe(lines(0, 250))
    grow(SOURCE)
    pipe(lines(0, 240) + lines(999, 1010))
    with pytest.raises(
        SourceError, match="begins like the one that was read before, and differs from it in its first"
    ):
        grow(SOURCE)
    pipe(lines(0, 240))
    with pytest.raises(SourceError, match="begins like the one that was read before"):
        grow(SOURCE)


def test_a_kill_neither_loses_nor_doubles(grow: Callable, pipe: Callable, killed: Callable) -> None:
    pipe(lines(0, 250))
    killed(2)
    with pytest.raises(KeyboardInterrupt):
        grow(SOURCE)
    pipe(lines(0, 250))
    assert numbers(grow(SOURCE)) == list(range(250))


def test_a_terminal_and_an_empty_input(
    grow: Callable, pipe: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe("")
    with pytest.raises(DataError, match="is empty"):
        grow(SOURCE)

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(SourceError, match=r"standard input is a terminal\n  pipe JSON lines"):
        grow(SOURCE)
