"""Sources that grow, media and embedded bytes through the first stages of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thalweg.pipeline.plan import plan_file
from thalweg.pipeline.run import run_file

FILE = """\
name: growing
sources:
  clicks: {source}
integrate:
  - from: clicks
model:
  outputs: {{n: number}}
compute: {{data: {{duckdb: {{memory: 512MB, threads: 2}}}}}}
"""


@pytest.fixture
def course(tmp_path: Path) -> Callable[[str], Path]:
    def write(source: str) -> Path:
        file = tmp_path / "growing.yaml"
        file.write_text(FILE.format(source=source))
        return file

    return write


def append(path: Path, first: int, last: int) -> None:
    with path.open("a") as file:
        file.writelines(f'{{"n": {n}}}\n' for n in range(first, last))


def states(file: Path) -> dict[str, tuple[bool, str]]:
    return {stage["stage"]: (stage["cached"], stage["why"]) for stage in plan_file(file)["stages"][:3]}


def joined(folder: Path) -> list[int]:
    found = sorted((folder / "runs" / "growing" / "integrate").glob("*.parquet"))
    return sorted(n for path in found for n in pq.read_table(path)["n"].to_pylist())


@pytest.mark.parametrize(
    "source",
    ["{stream: {from: clicks.jsonl, batch: 100}}", '{json: {path: "click*.jsonl", incremental: files}}'],
)
def test_a_second_run_adds_what_is_new(source: str, course: Callable, tmp_path: Path) -> None:
    file = course(source)
    append(tmp_path / "clicks.jsonl", 0, 250)
    first = run_file(file, until="integrate")
    assert first["rows"]["in"] == 250
    assert joined(tmp_path) == list(range(250))
    assert all(cached for cached, _ in states(file).values())
    before = (tmp_path / "runs/growing/integrate/manifest.json").stat().st_mtime_ns
    run_file(file, until="integrate")
    assert (tmp_path / "runs/growing/integrate/manifest.json").stat().st_mtime_ns == before
    more = "clicks.jsonl" if "stream" in source else "clicks2.jsonl"
    append(tmp_path / more, 250, 260)
    cached, why = states(file)["sources"]
    assert not cached
    assert "it has grown" in why or "1 new and 0 touched files" in why
    second = run_file(file, until="integrate")
    assert second["rows"]["in"] == 260
    assert joined(tmp_path) == list(range(260))
    assert all(cached for cached, _ in states(file).values())
    ledger = json.loads((tmp_path / "runs/growing/ledger.json").read_text())
    assert ledger[0]["notes"]["parts"] == (4 if "stream" in source else 2)


def test_a_kill_between_the_journal_and_the_manifest(
    course: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = course("{stream: {from: clicks.jsonl, batch: 100}}")
    append(tmp_path / "clicks.jsonl", 0, 250)
    run_file(file, until="sources")
    append(tmp_path / "clicks.jsonl", 250, 300)
    with monkeypatch.context() as patch:

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("thalweg.pipeline.stages.sources.seal", die)
        with pytest.raises(KeyboardInterrupt):
            run_file(file, until="sources")
    assert run_file(file, until="integrate")["rows"]["in"] == 300
    assert joined(tmp_path) == list(range(300))


def test_embedded_bytes_pass_through(course: Callable, tmp_path: Path) -> None:
    images = [b"\x89PNG\x00\xff", b"", None]
    pq.write_table(pa.table({"n": [1, 2, 3], "image": pa.array(images, pa.binary())}), tmp_path / "a.parquet")
    run_file(course("a.parquet"), until="integrate")
    (path,) = (tmp_path / "runs/growing/integrate").glob("*.parquet")
    assert pq.read_table(path)["image"].to_pylist() == images
