"""Paths, patterns, and what is said when nothing is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.core.errors import SourceError
from thalweg.sources.found import fingerprint_files, found, size_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sales").mkdir()
    for name in ("flights.csv", "sales/b.csv", "sales/a.csv", "we[i]rd.csv"):
        (tmp_path / name).write_text("a\n1\n")
    return tmp_path


def test_paths_and_patterns(folder: Path) -> None:
    assert found("flights.csv", folder) == [folder / "flights.csv"]
    assert found(str(folder / "flights.csv"), Path("/elsewhere")) == [folder / "flights.csv"]
    assert found("sales/*.csv", folder) == [folder / "sales/a.csv", folder / "sales/b.csv"]
    assert found(["sales/b.csv", "flights.csv"], folder) == [folder / "sales/b.csv", folder / "flights.csv"]
    assert found("we[i]rd.csv", folder) == [folder / "we[i]rd.csv"]
    assert found("**/a.csv", folder) == [folder / "sales/a.csv"]
    assert size_of(found("sales/*.csv", folder)) == 8


def test_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert found("~/flights.csv", Path("/elsewhere")) == [folder / "flights.csv"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("flihgts.csv", r"there is no file .*/flihgts\.csv\n  did you mean 'flights\.csv'\?"),
        (
            "sale/a.csv",
            r"there is no file .*/sale/a\.csv\n  there is no folder .*/sale; did you mean 'sales'\?",
        ),
        ("x/y/a.csv", r"there is no folder .*/x; known: sales"),
        ("flights.csv/a.csv", r"part of the path is a file, not a folder"),
        (
            "sales",
            r"expected a file, found a folder: .*/sales\n  name a file in it, .*\*\.csv; known: a\.csv, b\.csv",
        ),
        ("sales/*.tsv", r"no file matches .*/sales/\*\.tsv\n  did you mean 'b\.csv'\?"),
    ],
)
def test_what_is_not_there(folder: Path, path: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        found(path, folder)


def test_the_fingerprint_is_of_names_and_contents(folder: Path) -> None:
    a, b = found("sales/*.csv", folder)
    first = fingerprint_files([a, b])
    assert fingerprint_files([b, a]) != first
    (folder / "sales/b.csv").write_text("a\n2\n")
    assert fingerprint_files([a, b]) != first
