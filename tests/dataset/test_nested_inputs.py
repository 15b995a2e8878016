"""Lists of names and numbers, from the table to the shards: learnt from training rows alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from thalweg.dataset.columns import training_columns
from thalweg.dataset.encode import encode
from thalweg.dataset.read import read_all
from thalweg.engines.table import Table
from thalweg.features.auto import choose

ROWS = 300
GENRES = [["drama"], ["drama", "war"], None, ["late"]]
COLUMNS = {
    "genres": pa.array([GENRES[3] if i % 3 else GENRES[i // 3 % 3] for i in range(ROWS)]),
    "place": pa.array(
        [[float(i), 1.0] if i != 9 else [1.0, None] for i in range(ROWS)], pa.list_(pa.float64(), 2)
    ),
    "user": pa.array([f"u{i % 6 if i < 200 else i}" for i in range(ROWS)]),
    "__split": pa.array(np.arange(ROWS) % 3, pa.int8()),
}


def test_sets_vectors_and_identifiers(make_table: Callable[..., Table], tmp_path: Path) -> None:
    table = make_table("films", COLUMNS)
    columns = training_columns(table, ["genres", "place", "user"])
    choice = choose(list(columns.values()), ["auto", {"identifier": "user"}], reads=("set", "vector"))
    assert [feature.kind for feature in choice.features] == ["set", "vector", "identifier"]
    encoders = [feature.fit(columns[feature.column]) for feature in choice.features]
    made = encode(table, encoders, {}, tmp_path / "made", seed=3, shard_rows=50)
    assert made.entry.quarantined == 1
    assert made.entry.reasons[0].rule == "place is not a list of 2 finite numbers"
    training = read_all(tmp_path / "made", "training")
    row = training["row"]
    names = np.array([[2, 0], [2, 3], [1, 0]], np.int32)  # drama, war; missing
    assert (training["set:genres"] == names[row // 3 % 3]).all()
    first = training["vector:place"][:, 0]
    assert abs(first.mean()) < 1e-5
    assert abs(first.std() - 1) < 1e-5
    test = read_all(tmp_path / "made", "test")
    assert (test["set:genres"] == [4, 0]).all()  # never seen in training
    assert made.index.counts["genres"] == {"missing": 33, "unseen": 200}
    assert len(np.unique(training["categories"])) > 20
