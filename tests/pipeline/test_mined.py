"""Mined columns: fitted on training rows, the same wherever they are computed, never of what tells the answer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.pipeline.conftest import FILE, write_tables
from tests.pipeline.test_run import run
from thalweg.core.component import kinds
from thalweg.core.errors import DataError, PipelineError
from thalweg.deployment.bundle import open_bundle
from thalweg.deployment.mined import load_mined, mined_columns
from thalweg.deployment.model import load
from thalweg.mine.feature_miner import FeatureMiner
from thalweg.mine.miner import Miner
from thalweg.pipeline.plan import plan_file
from thalweg.pipeline.read import read
from thalweg.pipeline.run import run_file
from thalweg.pipeline.schema import feeding, json_schema

NOTE = (
    "CASE hour % 3 WHEN 0 THEN 'sun beach sand swim' WHEN 1 THEN 'snow ski mountain ice' "
    "ELSE 'rain wet umbrella cloud' END"
)
MINE = """\
mine:
  - profile
  - {clusters: {as_features: true, most: 2, rows: 100}}
  - {anomalies: {as_features: true, trees: 10}}
  - {anomalies: {as_features: true, method: autoencoder, name: odd, columns: [km, hour, year, make]}}
  - {topics: {column: note, topics: 2, as_features: true}}
model:"""
CHANGES = (
    ("- join:", f'- derive: {{note: "{NOTE}", said: "CAST(late AS VARCHAR)"}}\n  - join:'),
    ("model:", MINE),
    ("slices: [make]", "slices: [cluster]"),
)
MADE = ["cluster", "cluster_distance", "anomaly", "odd", "topic_1", "topic_2"]


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run with mined columns."""
    folder = tmp_path_factory.mktemp("mined")
    write_tables(folder)
    (folder / "small.yaml").write_text(changed(FILE, *CHANGES), encoding="utf-8")
    return Path(run_file(folder / "small.yaml", ["train.epochs=1"])["run"])


@pytest.fixture(scope="module")
def whole(finished: Path) -> pa.Table:
    """The one table, without mined columns."""
    return parquet.read_table(finished / "integrate" / "data.parquet")


@pytest.fixture(scope="module")
def stored(finished: Path) -> pa.Table:
    """The one table with mined columns, by row."""
    return parquet.read_table(finished / "mined" / "data.parquet").sort_by("__row")


def test_every_row_has_the_mined_columns(whole: pa.Table, stored: pa.Table) -> None:
    assert set(stored.column_names) == {*whole.column_names, *MADE}
    assert stored.select(whole.column_names).equals(whole.sort_by("__row"))
    assert not any(stored[name].null_count for name in MADE)
    assert set(stored["cluster"].to_pylist()) == {"1", "2"}
    by_note = {note: set() for note in set(stored["note"].to_pylist())}
    for note, *weights in zip(*(stored[n].to_pylist() for n in ("note", "topic_1", "topic_2")), strict=True):
        by_note[note].add(tuple(weights))
    assert all(len(weights) == 1 for weights in by_note.values())
    assert max(max(each) for weights in by_note.values() for each in weights) > 0


def test_what_tells_the_answer_or_is_excluded_is_not_looked_at(finished: Path) -> None:
    for each in load_mined(finished / "mined" / "fitted.json"):
        assert not {"late", "said", "trip"} & set(each.inputs), each
    used = json.loads((finished / "report" / "report.json").read_text())["inputs"]["used"]
    mined = {one["column"]: one["mined_from"] for one in used if "mined_from" in one}
    assert set(mined) == set(MADE)
    assert mined["topic_1"] == ["note"]
    assert {one["column"]: one["kind"] for one in used}["cluster"] == "category"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_served_is_trained_to_the_last_bit(
    finished: Path, whole: pa.Table, stored: pa.Table, size: int
) -> None:
    mined = open_bundle(finished / "bundle").mined
    rows = whole.sort_by("__row").slice(0, 150 if size == 1 else whole.num_rows).combine_chunks()
    parts = [mined_columns(mined, batch) for batch in rows.to_batches(max_chunksize=size)]
    for name in MADE:
        found = pa.concat_arrays([part[name] for part in parts])
        assert found.equals(stored[name].combine_chunks().slice(0, len(found))), name


def test_another_process_serves_the_same(finished: Path, whole: pa.Table, tmp_path: Path) -> None:
    raw = tmp_path / "raw.parquet"
    parquet.write_table(whole, raw)
    out = tmp_path / "answers.parquet"
    command = [sys.executable, "-m", "thalweg", "predict", str(finished / "bundle"), str(raw), "-o", str(out)]
    subprocess.run([*command, "--rows", "100"], check=True, capture_output=True)
    answers = parquet.read_table(out)
    judged = parquet.read_table(finished / "report" / "predictions.parquet")
    expected = dict(zip(judged["__row"].to_pylist(), judged["late:p0"].to_pylist(), strict=True))
    found = dict(zip(whole["__row"].to_pylist(), answers["late_probability"].to_pylist(), strict=True))
    assert np.abs(np.array([found[row] - p for row, p in expected.items()])).max() <= 2e-6
    assert not set(MADE) & set(answers.column_names)


def test_the_bundle_names_the_raw_columns(finished: Path, whole: pa.Table) -> None:
    model = load(finished / "bundle")
    assert not set(MADE) & set(model.inputs)
    assert "note" in model.inputs
    with pytest.raises(DataError, match="no column 'note', of which inputs of the model are mined"):
        model.predict(whole.drop_columns(["note"]))
    card = (finished / "bundle" / "README.md").read_text()
    assert "`topic_1` (DOUBLE, as number), not of the data but mined of `note`" in card


def test_missing_and_unseen_values_have_answers(finished: Path, whole: pa.Table) -> None:
    empty = pa.table({name: pa.nulls(3, whole.schema.field(name).type) for name in whole.column_names})
    mined = mined_columns(open_bundle(finished / "bundle").mined, empty.to_batches()[0])
    assert not any(mined[name].null_count for name in MADE)
    assert mined["topic_1"].to_pylist() == [0.0] * 3
    assert all(np.isfinite(mined[name].to_numpy()).all() for name in MADE if name != "cluster")


def test_a_change_makes_again_what_depends_on_it(course: Callable[..., Path]) -> None:
    few = MINE.replace("  - {anomalies: {as_features: true, trees: 10}}\n", "")
    few = "\n".join(line for line in few.splitlines() if "autoencoder" not in line and "clusters" not in line)
    file = course(CHANGES[0], ("model:", few), ("slices: [make]", "slices: []"))
    run(file, until="dataset")
    manifest = file.parent / "runs" / "small" / "mined" / "manifest.json"
    made = manifest.stat().st_mtime_ns
    text = file.read_text()
    file.write_text(text.replace("  - profile\n", ""))
    assert run(file, until="dataset")[1] == ["mine"]  # a finding for the report alone
    assert manifest.stat().st_mtime_ns == made
    file.write_text(text.replace("topics: 2", "topics: 3"))
    assert run(file, until="dataset")[1] == ["mine", "dataset"]
    assert run(file, "model.exclude=[trip,topic_1]", until="dataset")[1] == ["mine", "dataset"]


@pytest.mark.parametrize(
    ("miner", "words"),
    [
        (
            "{anomalies: {as_features: true, columns: [late]}}",
            "small.yaml.*'late' can't feed the network: it is what is",
        ),
        (
            "{anomalies: {as_features: true, columns: [said, km]}}",
            "'said' can't feed the network: said and the target",
        ),
        (
            "{anomalies: {as_features: true, columns: [trip]}}",
            "'trip' can't feed the network: is never an input",
        ),
        (
            "{anomalies: {as_features: true, name: KM}}",
            "would make a column 'KM', and the table has a column 'km'",
        ),
        ("{topics: {column: said, as_features: true}}", "'said' can't feed the network"),
        ("{profile: {as_features: true}}", "unknown key 'as_features'"),
        (
            "{anomalies: {as_features: true}}, {anomalies: {as_features: true}}",
            "both make a column 'anomaly'",
        ),
        ("{anomalies: {as_features: true, name: __row}}", "name"),
    ],
)
def test_mistakes(course: Callable[..., Path], miner: str, words: str) -> None:
    file = course(CHANGES[0], ("model:", f"mine: [{miner}]\nmodel:"))
    with pytest.raises(PipelineError, match=words):
        run(file, until="mine")


def test_listed_inputs_and_the_mined_columns(course: Callable[..., Path]) -> None:
    file = course(
        ("model:", "mine: [{anomalies: {as_features: true, trees: 10}}]\nmodel:\n  inputs: [km, hour]"),
    )
    run(file, until="dataset")
    folder = file.parent / "runs" / "small"
    (fitted,) = load_mined(folder / "mined" / "fitted.json")
    assert set(fitted.inputs) == {"km", "hour"}
    used = json.loads((folder / "dataset" / "chosen.json").read_text())["inputs"]["used"]
    assert [(one["column"], one["why"]) for one in used] == [("km", ""), ("hour", ""), ("anomaly", "")]


def test_the_plan_and_the_schema_tell(course: Callable[..., Path]) -> None:
    answer = plan_file(course(*CHANGES))
    assert [each["columns"] for each in answer["mined"]] == [MADE[:2], MADE[2:3], MADE[3:4], MADE[4:]]
    assert json.dumps(json_schema()).count('"as_features"') >= 3


def test_the_page_on_mining_shows_valid_files(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "mining.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert shown
    for number, block in enumerate(shown):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
        pipeline, _ = read(tmp_path / f"{number}.yaml")
        made = [name for miner in feeding(pipeline).values() for name in miner.makes]
        assert [name for name in made if f"`{name}`" not in text and not name.startswith("topic_")] == []
    assert all(f"`{name}`" in text for name in kinds(Miner) if issubclass(kinds(Miner)[name], FeatureMiner))
