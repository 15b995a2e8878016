"""Label errors: labels flipped on purpose are found far above chance, and rows that judge are never touched."""

import importlib.util

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from thalweg.clean.labels import Labels
from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, MissingExtra

ROWS = 600


@pytest.fixture(scope="module")
def flipped():
    """Wheat of three kinds, as it were: clouds of numbers and a text; 5% of the labels are another's."""
    drawn = np.random.default_rng(7)
    kind = drawn.integers(0, 3, ROWS)
    x = kind + drawn.normal(scale=0.45, size=ROWS)
    y = -kind + drawn.normal(scale=0.6, size=ROWS)
    wrong = drawn.choice(ROWS, ROWS // 20, replace=False)
    label = kind.copy()
    label[wrong] = (kind[wrong] + 1 + drawn.integers(0, 2, len(wrong))) % 3
    names = np.array(["a", "b", "c"])
    soil = [str(each) if drawn.random() < 0.8 else None for each in kind]
    return {"x": x, "y": y, "soil": soil, "label": names[label].tolist()}, set(wrong.tolist())


def test_flipped_labels_are_found_far_above_chance(make_table, aside, flipped):
    pytest.importorskip("cleanlab")
    columns, wrong = flipped
    cleaned = clean(make_table("wheat", columns), [{"labels": {"target": "label", "action": "quarantine"}}])
    found = {row for row, _, _ in aside(cleaned)}
    precision, recall = len(found & wrong) / len(found), len(found & wrong) / len(wrong)
    print(f"precision {precision:.2f}, recall {recall:.2f}, chance {len(wrong) / ROWS:.2f}")
    assert precision > 0.5  # chance is 0.05
    assert recall > 0.6
    entry = cleaned.entries[0]
    assert entry.quarantined == entry.notes["suspects"] == len(found)
    assert entry.reasons[0].rule == "label is probably wrong by confident learning"
    assert sum(entry.notes["suspects by label"].values()) == len(found)


def test_flipped_activities_of_real_people_are_found(data, make_table, aside):
    """Wearable sensors, where a good model is right of 99%, so that nearly every true error is one of ours."""
    pytest.importorskip("cleanlab")
    read = csv.read_csv(data("wle-har/har_train.csv"))
    names = ("roll_belt", "pitch_belt", "yaw_belt", "roll_forearm", "pitch_forearm", "magnet_dumbbell_y")
    places = pa.array(range(0, read.num_rows, 7))
    columns = {name: read[name].combine_chunks().take(places) for name in names}
    drawn = np.random.default_rng(3)
    labels = np.array(read["classe"].combine_chunks().take(places).to_pylist())
    wrong = drawn.choice(len(labels), len(labels) // 20, replace=False)
    kinds = np.unique(labels)
    labels[wrong] = kinds[(np.searchsorted(kinds, labels[wrong]) + drawn.integers(1, 5, len(wrong))) % 5]
    table = make_table("har", {**columns, "classe": labels.tolist()})
    cleaned = clean(table, [{"labels": {"target": "classe", "action": "quarantine"}}])
    found, wrong = {row for row, _, _ in aside(cleaned)}, set(wrong.tolist())
    precision, recall = len(found & wrong) / len(found), len(found & wrong) / len(wrong)
    print(f"precision {precision:.2f}, recall {recall:.2f}, chance 0.05")
    assert precision > 0.3
    assert recall > 0.7


def test_only_training_rows_are_looked_at_and_the_same_are_found_each_time(make_table, left, flipped):
    pytest.importorskip("cleanlab")
    columns, _ = flipped
    parts = [0] * 400 + [1] * 100 + [2] * 100
    step = [{"labels": {"target": "label", "columns": ["x", "soil"]}}]
    first = clean(make_table("a", {**columns, "__split": parts}), step)
    flags = left(first.table)["label_suspect"]
    assert any(flags[:400])
    assert not any(flags[400:])
    assert first.entries[0].notes["rows looked at"] == first.entries[0].notes["training rows"] == 400
    assert first.table.lineage["label_suspect"] == {"a.x", "a.soil", "a.label"}
    scrambled = {**columns, "label": [*columns["label"][:400], *["a"] * 200], "__split": parts}
    assert left(clean(make_table("b", scrambled), step).table)["label_suspect"] == flags


def test_to_keep_is_only_to_count(make_table, flipped):
    pytest.importorskip("cleanlab")
    columns, _ = flipped
    few = {name: values[:300] for name, values in columns.items()}
    few["label"] = [None, "rare", *few["label"][2:]]
    cleaned = clean(make_table("t", few), [{"labels": {"target": "label", "action": "keep"}}])
    entry = cleaned.entries[0]
    assert (entry.kept, list(cleaned.table.columns)) == (300, list(columns))
    assert entry.notes["rows looked at"] == 298


def test_what_does_not_fit_is_told(make_table):
    pytest.importorskip("cleanlab")
    table = make_table("t", {"x": [1.0] * 20, "label": ["a"] * 20, "z": [[1]] * 20})
    with pytest.raises(
        ComponentError, match="expected 2 to 100 classes of at least 10 training rows in 'label'"
    ):
        clean(table, [{"labels": "label"}])
    with pytest.raises(ComponentError, match="the target 'x' is DOUBLE; expected classes"):
        clean(table, [{"labels": "x"}])
    with pytest.raises(ComponentError, match=r"column 'z' \(BIGINT\[\]\) can't tell the label"):
        clean(table, [{"labels": {"target": "label", "columns": "z"}}])
    with pytest.raises(ComponentError, match="would add a column 'X', which is there already"):
        clean(table, [{"labels": {"target": "label", "column": "X"}}])
    with pytest.raises(ComponentError, match="has no column beside 'label'"):
        clean(make_table("u", {"label": ["a"]}), [{"labels": "label"}])
    with pytest.raises(ComponentError, match="no target column 'labl'; did you mean 'label'"):
        clean(table, [{"labels": "labl"}])
    with pytest.raises(ComponentError, match="has no training rows"):
        clean(make_table("v", {"x": [1], "label": ["a"], "__split": [2]}), [{"labels": "label"}])


def test_a_missing_package_is_told_with_the_command(make_table, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"'cleanlab', which is not installed(.|\n)*thalweg\[labels\]"):
        clean(make_table("t", {"x": [1], "label": ["a"]}), [{"labels": "label"}])


def test_short_form():
    assert parse(Step, {"labels": "income"}) == Labels(target="income")
