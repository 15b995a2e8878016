"""The grammar of delimited records."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.sources.lines import records as module
from thalweg.sources.lines.records import Grammar, records

COMMA = Grammar(",")


def cut(text: bytes, grammar: Grammar = COMMA, skip: int = 0) -> list[tuple[int, bytes, bool]]:
    return [tuple(record) for record in records(io.BytesIO(text), grammar, skip)]


def test_records_may_span_lines() -> None:
    assert cut(b'a,b\n1,"x\ny"\r\n2,z') == [
        (1, b"a,b\n", True),
        (2, b'1,"x\ny"\r\n', True),
        (4, b"2,z", True),
    ]


def test_a_line_that_begins_no_record_costs_itself_alone() -> None:
    assert cut(b'1,"open\n2,x\n3,"y"z\n4,"v"\n') == [
        (1, b'1,"open\n', False),
        (2, b"2,x\n", True),
        (3, b'3,"y"z\n', False),
        (4, b'4,"v"\n', True),
    ]


def test_skipped_lines_may_hold_anything() -> None:
    assert cut(b'\xef\xbb\xbfjunk "\n\na,b\n', skip=2) == [(3, b"a,b\n", True)]


def test_a_byte_order_mark_is_no_text() -> None:
    assert cut(b"\xef\xbb\xbfa\n") == [(1, b"a\n", True)]


def test_a_stray_return_makes_no_record() -> None:
    assert [sound for _, _, sound in cut(b'a\rb,c\n"a\rb",c\n')] == [False, True]


@pytest.mark.parametrize("block", [1, 2, 3, 7])
def test_the_size_of_blocks_does_not_matter(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    text = b'a,b\r\n1,"x\r\n""y"" z"\r\n\r\n2,"open\r\n3,"u" \r\n4,v'
    whole = cut(text)
    monkeypatch.setattr(module, "BLOCK", block)
    assert cut(text) == whole
    assert b"".join(record[1] for record in whole) == text


def test_a_line_too_long_is_cut_and_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 8)
    monkeypatch.setattr(module, "LONGEST", 16)
    found = cut(b"a,b\n" + b"1," + b"z" * 100 + b"\n2,x\n")
    assert [(line, sound) for line, _, sound in found] == [(1, True), (2, False), (3, True)]


@pytest.mark.parametrize(
    ("grammar", "record", "fields"),
    [
        (COMMA, b'1,"a, ""b""\nc", "d" ,,e\r\n', [b"1", b'a, "b"\nc', b"d", b"", b"e"]),
        (COMMA, b"1\n", [b"1"]),
        (COMMA, b"\n", [b""]),
        (Grammar("::"), b'1::"a::b"::c:d\n', [b"1", b"a::b", b"c:d"]),
        (Grammar("\t", ""), b'5"\t"x\n', [b'5"', b'"x']),
        (Grammar(",", '"', "\\"), b'"a \\"b\\", c",d\n', [b'a "b", c', b"d"]),
        (Grammar("¦", "'"), "a¦'b¦c'\n".encode(), [b"a", "b¦c".encode()]),
    ],
)
def test_fields(grammar: Grammar, record: bytes, fields: list[bytes]) -> None:
    assert grammar.record.fullmatch(record)
    assert [grammar.value(field) for field in grammar.split(record)] == fields


@given(st.lists(st.lists(st.text("ab,\"\n'; ", max_size=6), min_size=2, max_size=4), min_size=1, max_size=8))
def test_what_python_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    found = list(records(io.BytesIO(out.getvalue().encode()), COMMA))
    assert all(record.sound for record in found)
    assert [[COMMA.value(field).decode() for field in COMMA.split(record.text)] for record in found] == rows
