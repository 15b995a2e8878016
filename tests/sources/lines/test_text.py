"""Where a line of a copy stands in its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.sources.lines.survey import Survey
from thalweg.sources.lines.text import LineCounter, Text


@given(st.sets(st.integers(1, 40)))
def test_lines_of_a_copy_are_found_in_the_file(removed: set[int]) -> None:
    shifts = [number - i for i, number in enumerate(sorted(removed))]
    text = Text("a", Path("a"), Survey(0, "\n", False), shifts)
    kept = [number for number in range(1, 50) if number not in removed]
    assert [text.line(i) for i in range(1, len(kept) + 1)] == kept


def test_offsets_become_lines(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"ab\nc\n\nd")
    counter = LineCounter(path)
    assert [counter.at(offset) for offset in (0, 2, 3, 5, 6, 100)] == [1, 1, 2, 3, 4, 4]
    counter.close()


@pytest.mark.parametrize("line", [1, 5, 10**9])
def test_without_removals_lines_stay(line: int) -> None:
    assert Text("a", Path("a"), Survey(0, "\n", False)).line(line) == line
