"""The recipes of texts, from end to end, on a handful of their rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from thalweg import load
from thalweg.pipeline.run import run_file

RECIPES = Path(__file__).parents[2] / "recipes"
SMALL = ("evaluate.resamples=20", "evaluate.importance=false", "train.epochs=2", "train.batch_size=32")


def smoke(recipe: str, folder: Path, *settings: str) -> dict[str, Any]:
    """A short run of a recipe beside the files it reads."""
    return run_file(Path(shutil.copy(RECIPES / recipe, folder)), (*SMALL, *settings))


def test_reviews_of_films(data: Callable[[str], Path], tmp_path: Path) -> None:
    some = parquet.read_table(data("imdb/train.parquet"), columns=["text", "label"])
    some = some.take(pa.array(range(0, len(some), 100)))  # sorted by label
    parts = [("training", "training", "training", "validation", "test")[row % 5] for row in range(len(some))]
    parquet.write_table(some.append_column("part", pa.array(parts)), tmp_path / "imdb.parquet")
    cut = "model.inputs=[{text: {column: text, length: 24}}]"
    network = "model.network={recurrent: {cell: lstm, width: 8, embedding: 8, pool: attention}}"
    answer = smoke("imdb-lstm.yaml", tmp_path, cut, network)
    assert answer["rows"] == {"in": 250, "kept": 250, "merged": 0, "dropped": 0, "quarantined": 0}
    assert set(answer["baseline"]["label"]) == {"linear"}
    said = load(answer["bundle"]).predict(pa.table({"text": ["A good film.", "A bad one.", None]}))
    assert said.num_rows == 3


def test_reviews_of_meals(data: Callable[[str], Path], tmp_path: Path) -> None:
    with data("zh-sentiment/waimai_10k.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    some = rows[::30]  # sorted by label
    with (tmp_path / "waimai_10k.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *some, some[0]])
    answer = smoke("waimai.yaml", tmp_path)
    assert answer["rows"]["in"] == len(some) + 1
    assert answer["rows"]["merged"] >= 1
    assert answer["rows"]["kept"] + answer["rows"]["merged"] == len(some) + 1
    assert set(answer["baseline"]["label"]) == {"linear"}
    assert load(answer["bundle"]).predict(pa.table({"review": ["很快，好吃"]})).num_rows == 1
