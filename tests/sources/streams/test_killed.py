"""A stream whose process is killed at once (SIGKILL), again and again at moments nobody chose: every line once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LINES = 1_000
KILLS = 4
# One interpreter that forks: the child reads the stream, the parent kills it some milliseconds after its next commit.
PROGRAM = """
import os, random, signal, sys, time
from pathlib import Path
from thalweg.core.component import parse
from thalweg.engines.duckdb import DuckDB
from thalweg.sources.accumulated.accumulator import accumulate
from thalweg.sources.source import Place, Source
import thalweg.sources.streams.micro_batches, duckdb, pyarrow.parquet

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(sys.argv[3])

def read():
    source = parse(Source, {"stream": {"from": "a.jsonl", "batch": 5}})
    with DuckDB(memory="256MB", threads=1).open(folder / "scratch") as session:
        accumulate("t", source.accumulator("t", folder), Place(session, folder), folder / "stored")

def commits():
    try:
        return (folder / "stored" / "commits.jsonl").read_bytes().count(b"\\n")
    except FileNotFoundError:  # not written yet, or taken into the journal a moment ago
        return 0

for turn in range(kills + 1):
    before, child = commits(), os.fork()
    if not child:
        try:
            read()
        finally:
            os._exit(0)
    if turn < kills:
        while commits() in (before, 0) and not os.waitpid(child, os.WNOHANG)[0]:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.03)
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_no_row_twice_and_none_missing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(f'{{"n": {n}}}\n' for n in range(LINES)))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(KILLS), "seed 7"],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert list(map(int, done.stdout.split())) == [-9] * KILLS + [0]

    import duckdb

    facts = json.loads((tmp_path / "stored" / "source.json").read_text())
    files = [str(tmp_path / "stored" / name) for name in facts["parts"]]
    rows = duckdb.execute("SELECT n FROM read_parquet(?)", [files]).fetchall()
    assert [n for (n,) in rows] == list(range(LINES))
    assert facts["entry"]["kept"] == LINES
