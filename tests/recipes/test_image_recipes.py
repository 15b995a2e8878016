"""The recipes of images from end to end, on a few hundred rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import thalweg
from benchmarks.images import one_parquet

RECIPES = Path(__file__).parents[2] / "recipes"
SMALL = ["train.epochs=1", "train.batch_size=64", "evaluate.resamples=20"]


@pytest.mark.parametrize(
    ("recipe", "name", "narrow"),
    [
        ("mnist-cnn", "mnist", ["model.network.convolution.channels=[8, 8]"]),
        ("cifar10-resnet", "cifar10", []),
    ],
)
def test_it_runs_and_judges_on_the_published_test_images(
    recipe: str, name: str, narrow: list[str], data: Callable[[str], Path], tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("THALWEG_DATA", str(data(name).parent))
    one_parquet(name, tmp_path / f"{name}.parquet", most=200)
    parts = pq.read_table(tmp_path / f"{name}.parquet")["part"].to_pylist()
    assert set(parts[:200]) == {"training", "validation"}
    assert parts[200:] == ["test"] * 200
    file = tmp_path / f"{recipe}.yaml"
    file.write_text((RECIPES / file.name).read_text(encoding="utf-8"), encoding="utf-8")
    told = thalweg.run(file, [*SMALL, *narrow])
    assert told["status"] == "done"
    assert told["rows"]["in"] == told["rows"]["kept"] == 400
    assert 0 < told["metrics"]["label"]["accuracy"] < 1
    assert Path(told["bundle"]).is_dir()
