"""Rows add up at every stage, whatever is thrown at it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.core.errors import DataError, SourceError
from thalweg.pipeline.run import run_file

FILE = """\
name: dirty
sources:
  a: {kind: csv, path: a.csv, delimiter: ',', header: true, columns: {id: BIGINT, x: BIGINT, k: BIGINT, y: BOOLEAN}}
  b: b.csv
clean:
  a:
    - missing: {x: drop}
    - duplicates: {keys: [id]}
    - expect: {x: {between: [0, 50]}}
integrate: [{from: a}, {join: {table: b, on: k, how: inner}}]
model: {outputs: {y: binary}, network: mlp, inputs: [x, k]}
compute: {data: {duckdb: {memory: 256MB, threads: 2}}}
"""
cell = st.one_of(st.integers(-10, 90).map(str), st.just(""), st.just(""))
good = st.tuples(
    st.integers(0, 60).map(str), cell, st.integers(0, 6).map(str), st.sampled_from(["true", "false", ""])
)
broken = st.one_of(st.tuples(st.just("broken")), st.tuples(*[st.just("1")] * 6))
line = st.one_of(*[good] * 6, broken)


@given(st.lists(line, min_size=120, max_size=200), st.integers(1, 6))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_add_up(lines: list[tuple[str, ...]], keys: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        sure = ["1000,1,1,true", "1001,2,1,false"] * 3  # so that types are the same every time
        text = "\n".join(["id,x,k,y", *sure, *(",".join(each) for each in lines)]) + "\n"
        (folder / "a.csv").write_text(text)
        (folder / "b.csv").write_text("k,z\n" + "".join(f"{k},{k * 2}\n" for k in range(keys)))
        (folder / "f.yaml").write_text(FILE)
        try:
            answer = run_file(folder / "f.yaml", until="dataset")
        except (DataError, SourceError):
            return  # nothing left to learn from: refused in words, which other tests read
        rows = answer["rows"]
        assert rows["in"] == len(sure) + len(lines)
        assert rows["in"] == rows["kept"] + rows["merged"] + rows["dropped"] + rows["quarantined"]
        entries = [
            e for e in json.loads((folder / "runs/dirty/ledger.json").read_text()) if e["table"] == "a"
        ]
        for one, after in pairwise(entries):
            assert after["rows_in"] == one["kept"] + one["added"]
        set_aside = sum(
            parquet.read_metadata(path).num_rows
            for path in (folder / "runs/dirty/quarantine").glob("*-a.parquet")
        )
        assert set_aside == rows["quarantined"]
