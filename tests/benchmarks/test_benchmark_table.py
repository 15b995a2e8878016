"""The table in the project's pages is what the kept results say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.places import PROJECT, RESULTS
from benchmarks.record import Figure, Result
from benchmarks.table import END, START, stale, table, with_table

PAGES = ("README.md", "README.zh-CN.md")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    Result("one", [Figure("speed", 2.0, "s"), Figure("aside", 3.0, "s", headline=False)]).save(folder)
    return folder


def test_headlines_are_shown_and_the_rest_is_not(results: Path) -> None:
    shown = table(results)
    assert "| speed | 2.00 s |" in shown
    assert "aside" not in shown
    assert "Measured on " in shown


def test_without_results_it_says_how_to_get_them(tmp_path: Path) -> None:
    assert table(tmp_path) == "Nothing has been measured yet: `make bench`.\n"


def test_only_what_is_between_the_markers_changes() -> None:
    page = f"before\n{START}\nold\n{END}\nafter\n"
    assert with_table(page, "new\n") == f"before\n{START}\nnew\n{END}\nafter\n"


@pytest.mark.parametrize("page", ["", START, f"{END}{START}", f"{START}{START}{END}"])
def test_a_page_without_the_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match=f"expected {START} and {END} once each, in this order"):
        with_table(page, "new")


def test_a_page_is_stale_once_results_change(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(with_table(f"{START}{END}", table(results)))
    assert not stale(page, results)
    Result("two", [Figure("more", 1.0, "s")]).save(results)
    assert stale(page, results)


@pytest.mark.parametrize("page", PAGES)
def test_the_projects_pages_show_what_was_measured(page: str) -> None:
    if not list(RESULTS.glob("*.json")):
        pytest.skip("nothing has been measured yet")
    assert not stale(PROJECT / page), f"mend it with: python -m benchmarks.table {page}"
