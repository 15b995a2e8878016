"""What is in a text file."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.sources.lines import survey as module
from thalweg.sources.lines.survey import Survey, blank_lines, survey


@pytest.mark.parametrize(("block", "part"), [(1, 1), (1, 2), (2, 2), (2, 3), (3, 9), (2**20, 2**21)])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", Survey(0, "\n", False)),
        (b"a\nb\n", Survey(2, "\n", False)),
        (b"a\nb", Survey(2, "\n", False)),
        (b'a\r\n"b"\r\n', Survey(2, "\r\n", True)),
        (b"a\r\nb\n", Survey(2, "mixed", False)),
        (b"a\rb\nc\n", Survey(2, "mixed", False)),
        (b"a\r\nb\r", Survey(2, "mixed", False)),
    ],
)
def test_surveys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes, expected: Survey, block: int, part: int
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    monkeypatch.setattr(module, "PART", part)
    (tmp_path / "a").write_bytes(text)
    assert survey(tmp_path / "a", '"') == expected


def test_without_quotes_none_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'"a"\n')
    assert survey(tmp_path / "a", "") == Survey(1, "\n", False)


def test_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\na\n\n\r\n \nb")
    assert blank_lines(tmp_path / "a") == 3
