"""Excel workbooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.excel import Excel
from thalweg.sources.source import Source

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "销售 2024"
    sheet.append(["a title"])
    sheet.append(["name", "n", "day", "at", "ok", "mixed", None, "late"])
    sheet.append(["深", 1, date(2020, 1, 31), datetime(2020, 1, 31, 10, 30), True, 1, None, None])
    sheet.append([None] * 8)
    sheet.append(["b", 2.5, None, datetime(2020, 2, 1), False, "x", 3, date(2020, 5, 1)])
    workbook.create_sheet("two").append(["q"])
    workbook.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_a_sheet_with_its_types(read: Callable, book: Path) -> None:
    found = read({"path": "a.xlsx", "header_row": 2})
    assert found.types == {
        **{"name": "VARCHAR", "n": "DOUBLE", "day": "DATE", "at": "TIMESTAMP", "ok": "BOOLEAN"},
        **{"mixed": "VARCHAR", "column6": "BIGINT", "late": "DATE"},
    }
    assert [tuple(row.values()) for row in found.rows] == [
        ("深", 1.0, date(2020, 1, 31), datetime(2020, 1, 31, 10, 30), True, "1", None, None),
        ("b", 2.5, None, datetime(2020, 2, 1), False, "x", 3, date(2020, 5, 1)),
    ]
    assert found.notes == {"types": {"mixed": "cells of BIGINT and VARCHAR, read as text"}}


def test_a_name_is_enough() -> None:
    assert parse(Source, "a.xlsx#two") == Excel(path="a.xlsx", sheet="two")


def test_what_is_missing_or_damaged(read: Callable, book: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has no sheet 'too'\n  did you mean 'two'\?"):
        read("a.xlsx#too")
    with pytest.raises(SourceError, match="row 9 names no columns\n  say which row does, with: header_row"):
        read({"path": "a.xlsx", "header_row": 9})
    (tmp_path / "cut.xlsx").write_bytes(book.read_bytes()[:3000])
    with pytest.raises(SourceError, match=r"cut\.xlsx is damaged, or is no Excel workbook: "):
        read("cut.xlsx")


def test_a_workbook_tells_its_sheets(book: Path, tmp_path: Path) -> None:
    inside = parse(Source, {"path": "a.xlsx", "header_row": 2}).within(tmp_path)
    assert inside == {name: Excel(path="a.xlsx", header_row=2, sheet=name) for name in ("销售 2024", "two")}
    assert parse(Source, "a.xlsx#two").within(tmp_path) == {}
    workbook = openpyxl.Workbook()
    workbook.save(tmp_path / "one.xlsx")
    assert parse(Source, "one.xlsx").within(tmp_path) == {}  # its only sheet needs no name


def test_damage_in_the_middle(read: Callable, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("a")
    for i in range(5_000):
        sheet.append([i])
    workbook.save(tmp_path / "a.xlsx")
    content = bytearray((tmp_path / "a.xlsx").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100] = bytes(byte ^ 0xA5 for byte in content[middle : middle + 100])
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(
        SourceError, match=r"a\.xlsx is damaged, or is no Excel workbook: .*\n  save it again"
    ):
        read("a.xlsx")
