"""Text that is not in its encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.core.errors import ComponentError
from thalweg.sources.lines.encoding import known_encoding, undecodable_line, wrong_encoding


def test_names_of_encodings() -> None:
    assert known_encoding("gb18030") == "gb18030"
    for name in ("latin1x", "hex"):  # hex is a codec of Python's, but not of text
        with pytest.raises(ComponentError, match=f"unknown encoding '{name}'"):
            known_encoding(name)


def test_the_first_line_that_does_not_decode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes("é\n".encode() + b"x\ncaf\xe9\r\n\xff\n")
    assert undecodable_line(path) == (3, b"caf\xe9")
    path.write_bytes("é\n".encode())
    assert undecodable_line(path) is None


def test_readings_are_shown_around_the_place() -> None:
    error = wrong_encoding("a.csv", 7, b"x" * 100 + "很好".encode("gb18030") + b"y" * 100, "utf-8")
    assert error.message.startswith("a.csv, line 7: the text is not utf-8: ")
    assert "很好" in str(error)
    assert "x" * 30 not in str(error)


def test_a_declared_encoding_is_not_second_guessed() -> None:
    error = wrong_encoding("a.csv", 1, b"\xff", "gb18030")
    assert error.hint == "say how the file is encoded, with: encoding: NAME"
