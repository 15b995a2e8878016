"""The journal of a growing source: a commit is whole or not there, and costs the same however many went before."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thalweg.core.errors import StorageError
from thalweg.sources.accumulated.journal import COMMITS, JOURNAL, Journal


def commit(journal: Journal, value: int) -> None:
    pq.write_table(pa.table({"n": [value]}), journal.next_data)
    journal.columns = {"n": "BIGINT"}
    journal.commit(1, (), {"offset": value})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal.opened(tmp_path / "j", "x")
    for value in (1, 2, 3):
        commit(made, value)
    return made


def test_commits_are_found_again(journal: Journal) -> None:
    folder = journal.folder
    assert Journal.stored(folder) == journal
    assert Journal.opened(folder, "x") == journal
    assert not (folder / COMMITS).exists()
    again = Journal.opened(folder, "x")
    commit(again, 4)
    assert (Journal.stored(folder) or again).state == {"offset": 4}
    assert [part["data"] for part in again.parts] == [f"part-{i:06}.parquet" for i in (1, 2, 3, 4)]


def test_a_line_that_a_kill_cut_off_is_no_commit(journal: Journal) -> None:
    path = journal.folder / COMMITS
    whole = path.read_bytes()
    for left in (1, 30, len(whole.splitlines()[-1])):  # without its line end, too
        path.write_bytes(whole[:-left])
        found = Journal.stored(journal.folder)
        assert found is not None
        assert (found.rows, found.state) == (2, {"offset": 2})
    opened = Journal.opened(journal.folder, "x")
    assert not (journal.folder / "part-000003.parquet").exists()
    commit(opened, 3)
    assert Journal.opened(journal.folder, "x").rows == 3


def test_a_kill_after_the_lines_were_taken_in_doubles_nothing(journal: Journal) -> None:
    lines = (journal.folder / COMMITS).read_bytes()
    Journal.opened(journal.folder, "x")
    (journal.folder / COMMITS).write_bytes(lines)  # as if it had not come to their removal
    assert Journal.opened(journal.folder, "x").rows == 3


def test_lines_of_no_journal_are_not_taken(journal: Journal) -> None:
    (journal.folder / JOURNAL).unlink()
    assert Journal.stored(journal.folder) is None
    assert Journal.opened(journal.folder, "y").parts == []
    assert [path.name for path in journal.folder.iterdir()] == [JOURNAL]


def test_a_damaged_line_is_told(journal: Journal) -> None:
    path = journal.folder / COMMITS
    path.write_bytes(b"{half\n" + path.read_bytes())
    with pytest.raises(StorageError, match=r"commits\.jsonl is damaged: its line 1 is not valid JSON"):
        Journal.stored(journal.folder)


def test_a_commit_does_not_grow(journal: Journal) -> None:
    before = (journal.folder / COMMITS).stat().st_size
    for value in range(10, 60):
        commit(journal, value)
    grown = (journal.folder / COMMITS).stat().st_size - before
    assert grown / 50 < 1.1 * before / 3
    assert (Journal.stored(journal.folder) or journal).rows == 53
