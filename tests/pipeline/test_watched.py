"""Files that are read where they lie, and change between two stages of one run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from thalweg.core.errors import SourceError
from thalweg.core.files import MANIFEST
from thalweg.core.progress import Silent
from thalweg.pipeline.run import run_file

FILE = """\
name: p
sources: {t: a.parquet, other: b.csv}
clean: {t: [{missing: {v: drop}}]}
integrate: [{from: t}, {join: {table: other, on: k, expect: many-to-one}}]
model: {outputs: {v: number}}
compute: {data: {duckdb: {memory: 256MB, threads: 1}}}
"""
ROWS = 50


def write(path: Path, factor: int) -> None:
    table = {"k": [i % 5 for i in range(ROWS)], "v": [i * factor for i in range(ROWS)]}
    parquet.write_table(pa.table(table), path)


class During(Silent):
    """Does something when a stage has ended."""

    def __init__(self, moment: str, change: Callable[[], Any]):
        self.moment, self.change = moment, change

    def say(self, text: str, **facts: Any) -> None:
        if facts.get("stage") == self.moment:
            self.change()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write(tmp_path / "a.parquet", 1)
    (tmp_path / "b.csv").write_text("k,w\n" + "".join(f"{k},{k * 10}\n" for k in range(5)))
    (tmp_path / "p.yaml").write_text(FILE)
    return tmp_path / "p.yaml"


def values(file: Path) -> list[int]:
    return parquet.read_table(file.parent / "runs/p/integrate/data.parquet").column("v").to_pylist()


def rewritten(path: Path) -> None:
    write(path, 2)


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy2(path, other)
    other.replace(path)


@pytest.mark.parametrize("stage", ["sources", "clean"])
@pytest.mark.parametrize("change", [rewritten, touched, replaced, Path.unlink])
def test_a_change_between_two_stages_stops_the_run(file: Path, stage: str, change: Callable) -> None:
    path = file.parent / "a.parquet"
    with pytest.raises(
        SourceError, match=r"a\.parquet changed while it was read\n  run again when nothing writes"
    ):
        run_file(file, until="integrate", progress=During(stage, lambda: change(path)))
    assert not (file.parent / "runs/p/integrate").exists()
    write(path, 3)
    run_file(file, until="integrate")
    assert values(file) == [3 * i for i in range(ROWS)]


@pytest.mark.parametrize("stage", ["clean", "integrate"])
def test_a_change_while_a_stage_reads_leaves_nothing_stored(
    file: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the file is what it was in the end: then its key would fit what was made of the other."""
    from thalweg.pipeline.stages import clean, integrate

    path, module = file.parent / "a.parquet", {"clean": clean, "integrate": integrate}[stage]
    whole = path.read_bytes()
    work = getattr(module, stage)

    def meanwhile(*given: Any) -> Any:
        write(path, 2)
        return work(*given)

    monkeypatch.setattr(module, stage, meanwhile)
    with pytest.raises(SourceError, match=r"a\.parquet changed while it was read"):
        run_file(file, until="integrate")
    assert not list((file.parent / "runs/p").glob(f"{stage}/**/{MANIFEST}"))
    monkeypatch.undo()
    path.write_bytes(whole)
    run_file(file, until="integrate")
    assert values(file) == list(range(ROWS))


def test_a_source_that_changes_after_its_fingerprint_is_not_stored_under_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from thalweg.pipeline.stages import sources

    load = sources.load

    def late(name: str, *given: Any) -> Any:
        if name == "other":
            (file.parent / "b.csv").write_text("k,w\n1,2\n")
        return load(name, *given)

    monkeypatch.setattr(sources, "load", late)
    with pytest.raises(SourceError, match=r"b\.csv changed while it was read"):
        run_file(file, until="sources")
    assert not (file.parent / "runs/p/sources/other").exists()


def test_what_was_copied_may_change(file: Path) -> None:
    copied = file.parent / "b.csv"
    run_file(file, until="integrate", progress=During("sources", lambda: copied.write_text("k,w\n1,2\n")))
    joined = parquet.read_table(file.parent / "runs/p/integrate/data.parquet").to_pylist()
    assert [row["w"] for row in joined] == [row["k"] * 10 for row in joined]
