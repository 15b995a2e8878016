"""Rivals get the rows and inputs that the network had."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import pytest

from benchmarks.__main__ import names
from benchmarks.adult import adult_csv
from benchmarks.joined import Rows, joined
from benchmarks.places import PROJECT
from benchmarks.trees import raw, trees


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What a run leaves of its joined table: six rows, two of each part."""
    columns = {
        "when": pandas.to_datetime([f"2013-01-0{day}" for day in range(1, 7)]),
        "km": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0],
        "delay": [0, 30, 0, 30, 0, 30],
        "left_at": [1, 2, 3, 4, 5, 6],
        "late": [False, True] * 3,
        "__row": range(6),
        "__split": np.array([0, 0, 1, 1, 2, 2], np.int8),
    }
    (tmp_path / "integrate").mkdir()
    pandas.DataFrame(columns).to_parquet(tmp_path / "integrate" / "data.parquet")
    lineage = {name: [f"trips.{name}"] for name in ("when", "km", "delay", "left_at")} | {
        "late": ["trips.delay"]
    }
    facts = {"columns": dict.fromkeys(lineage, "?"), "lineage": lineage}
    (tmp_path / "integrate" / "integrate.json").write_text(json.dumps(facts))
    model = {"exclude": ["left_at"], "outputs": {"late": {"kind": "binary"}}}
    (tmp_path / "run.json").write_text(json.dumps({"pipeline": {"model": model}}))
    return tmp_path


def test_excluded_columns_and_those_of_the_answer_are_left_out(run: Path) -> None:
    rows = joined(run, "late")
    assert rows.inputs == ["when", "km"]
    assert {part: frame["late"].tolist() for part, frame in rows.parts.items()} == {
        part: [False, True] for part in ("train", "validation", "test")
    }
    assert rows.parts["test"]["km"].tolist() == [5.0, 6.0]


def test_parts_are_written_as_they_are(run: Path, tmp_path: Path) -> None:
    files = joined(run, "late").write(tmp_path / "out")
    assert pandas.read_parquet(files["validation"])["km"].fillna(-1).tolist() == [-1.0, 4.0]


def made(rows: int) -> pandas.DataFrame:
    chance = np.random.default_rng(rows)
    town = chance.choice(["Aix", "Brest", "Caen"], rows)
    hours = chance.integers(0, 24 * 300, rows)
    late = (town == "Brest") ^ (hours % 24 > 11)
    when = pandas.Timestamp("2013-01-01") + pandas.to_timedelta(hours, "h")
    return pandas.DataFrame({"town": town, "when": when, "noise": chance.normal(size=rows), "late": late})


def test_trees_learn_from_categories_and_parts_of_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.trees.TREES", 60)
    rows = Rows("late", {"train": made(1_500), "validation": made(400), "test": made(600)})
    found = trees(rows, seed=0)
    assert found.auc > 0.99
    assert found.validation > 0.99


def test_a_category_that_training_lacks_is_missing() -> None:
    parts = {
        name: pandas.DataFrame({"town": towns})
        for name, towns in {"train": ["b", "a"], "test": ["c", "a"]}.items()
    }
    frames = raw(Rows("late", parts))
    assert list(frames["test"]["town"].cat.categories) == ["a", "b"]
    assert frames["test"]["town"].isna().tolist() == [True, False]


def test_adult_has_its_published_rows(data: Callable[[str], Path], tmp_path: Path) -> None:
    data("adult/adult.data")
    people = pandas.read_csv(adult_csv(tmp_path / "adult.csv"))
    assert len(people) == 48_842
    assert people["part"].value_counts().to_dict() == {
        "training": 27_722,
        "test": 16_281,
        "validation": 4_839,
    }
    assert set(people["income"]) == {"<=50K", ">50K"}
    assert int(people.isna().sum().sum()) == 6_465


@pytest.mark.parametrize("name", names())
def test_every_benchmark_says_what_it_measures(name: str) -> None:
    module = importlib.import_module(f"benchmarks.figures.{name}")
    assert module.__doc__
    assert callable(module.measure)
    assert f"| `{name}` |" in (PROJECT / "benchmarks" / "README.md").read_text()
