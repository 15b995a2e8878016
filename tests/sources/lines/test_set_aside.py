"""Lines taken out before the engine reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.sources.lines.carry import Column
from thalweg.sources.lines.engine_reader import Values
from thalweg.sources.lines.records import Grammar
from thalweg.sources.lines.set_aside import set_aside
from thalweg.sources.lines.survey import survey
from thalweg.sources.lines.text import Text
from thalweg.sources.rejected_file import rejected_batches

COMMA = Grammar(",")
PLAIN = Values()
GUESSED = (Column("a", "BIGINT", True), Column("b", "VARCHAR", True))


def taken(
    tmp_path: Path,
    content: bytes,
    columns: tuple[Column, ...] = GUESSED,
    values: Values = PLAIN,
    skip: int = 0,
) -> tuple[bytes, list[tuple[int, str]], Text]:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    text = Text("a.csv", path, survey(path, '"'))
    left = set_aside(text, COMMA, values, columns, skip=skip, header=True, scratch=tmp_path)
    assert left.aside is not None
    rows = [row for batch in rejected_batches(left.aside) for row in batch.to_pylist()]
    return left.path.read_bytes(), [(row["line"], row["reason"]) for row in rows], left


def test_line_ends_become_alike(tmp_path: Path) -> None:
    copy, aside, text = taken(tmp_path, b'x\r\na,b\r\n1,"x\r\ny"\r\n\n3\r4,z\n5,u', skip=1)
    assert copy == b'x\na,b\n1,"x\r\ny"\n\n5,u\n'
    assert aside == [(6, "a carriage return inside a line")]
    assert text.records == 3
    assert text.survey.lines == 6
    assert [text.line(i) for i in (1, 2, 3, 5, 6)] == [1, 2, 3, 5, 7]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("BIGINT", "2", True),
        ("BIGINT", " -2.0 ", True),
        ("BIGINT", "2e3", True),
        ("BIGINT", "", True),
        ("BIGINT", "x", True),  # the engine tells it itself
        ("BIGINT", "2.5", False),
        ("BIGINT", "25e-1", False),
        ("BIGINT", "nan", False),
        ("BIGINT", "9223372036854775807", True),
        ("BIGINT", "9223372036854775808", False),
        ("UTINYINT", "-1", False),
        ("UTINYINT", "255", True),
        ("DATE", "2020-01-31", True),
        ("DATE", "2020-01-31 00:00:00", True),
        ("DATE", "2020-01-31T00:00Z", True),
        ("DATE", "2020-01-31 10:00", False),
        ("DATE", "2020-01-31 00:00:00.5", False),
        ("DOUBLE", "2.5", True),
    ],
)
def test_values_that_would_be_rounded(tmp_path: Path, kind: str, value: str, kept: bool) -> None:
    columns = (Column("a", kind, guessed=False), Column("b", "VARCHAR", True))
    copy, aside, _ = taken(tmp_path, f'a,b\n{value},x\n"{value}",y\n'.encode(), columns)
    assert copy.count(b"\n") == (3 if kept else 1)
    expected = f"a: {value!r} is not of type {kind}"
    assert aside == ([] if kept else [(2, expected), (3, expected)])


def test_numbers_in_other_conventions(tmp_path: Path) -> None:
    columns = (Column("a", "BIGINT", guessed=False), Column("b", "VARCHAR", True))
    values = Values(decimal=",", thousands=".")
    copy, aside, _ = taken(tmp_path, b'a,b\n1.234,x\n"1.234,5",y\n', columns, values)
    assert copy == b"a,b\n1.234,x\n"
    assert aside == [(3, "a: '1.234,5' is not of type BIGINT")]
