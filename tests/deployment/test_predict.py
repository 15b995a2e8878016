"""What is served is what was trained, whatever the size of the batches; every row is answered or accounted for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from thalweg.core.errors import BundleError, DataError, PipelineError, SourceError
from thalweg.deployment import predict as predicting
from thalweg.deployment.model import load
from thalweg.deployment.predict import _flat, predict_file

TOLERANCE = 2e-6  # float32 sums in another order, when a batch has another size


@pytest.fixture
def whole(finished: Path) -> pa.Table:
    """The cleaned and joined table."""
    return parquet.read_table(finished / "integrate" / "data.parquet")


def evaluated(finished: Path) -> dict[int, float]:
    """The probabilities that the evaluation saw, by row."""
    table = parquet.read_table(finished / "report" / "predictions.parquet").to_pydict()
    return dict(zip(table["__row"], table["late:p0"], strict=True))


def test_predictions_are_those_of_the_evaluation(
    finished: Path, whole: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = evaluated(finished)
    assert len(expected) > 100
    model = load(finished / "bundle")
    for size in (1, 7, 4096):
        monkeypatch.setattr("thalweg.deployment.model.BATCH", size)
        answers = model.predict(whole)
        assert answers.num_rows == whole.num_rows
        found = dict(zip(whole["__row"].to_pylist(), answers["late_probability"].to_pylist(), strict=True))
        for row, p in expected.items():
            assert found[row] == pytest.approx(p, abs=TOLERANCE)


def test_another_process_answers_the_same(finished: Path, whole: pa.Table, tmp_path: Path) -> None:
    out = tmp_path / "answers.parquet"
    data = str(finished / "integrate" / "data.parquet")
    command = [
        sys.executable,
        "-m",
        "thalweg",
        "predict",
        str(finished / "bundle"),
        data,
        "-o",
        str(out),
        "--rows",
        "100",
    ]
    subprocess.run(command, check=True, capture_output=True)
    answers = parquet.read_table(out)
    assert answers.num_rows == whole.num_rows
    assert answers["trip"].to_pylist() == whole["trip"].to_pylist()
    here = load(finished / "bundle").predict(whole)["late_probability"].to_numpy()
    assert np.abs(answers["late_probability"].to_numpy() - here).max() <= TOLERANCE
    assert set(answers["late_predicted"].to_pylist()) <= {True, False}


def test_frames_of_every_library(finished: Path, whole: pa.Table) -> None:
    model = load(finished / "bundle")
    expected = model.predict(whole)["late_probability"].to_pylist()
    pandas = whole.to_pandas()
    pandas.index = pandas.index + 1000
    answers = model.predict(pandas)
    assert isinstance(answers, pd.DataFrame)
    assert answers.index[0] == 1000
    assert answers["late_probability"].tolist() == expected
    polars = model.predict(pl.from_arrow(whole))
    assert isinstance(polars, pl.DataFrame)
    assert polars["late_probability"].to_list() == expected
    path = str(finished / "integrate" / "data.parquet")
    assert model.predict(duckdb.read_parquet(path))["late_probability"].to_pylist() == expected
    assert model.predict(path)["late_probability"].to_pylist() == expected


def test_a_killed_command_goes_on(
    finished: Path, whole: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = str(finished / "integrate" / "data.parquet"), tmp_path / "answers.csv"
    answer, calls = predicting.answer, [0]

    def stop_in_the_third_part(*arguments: object) -> object:
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        return answer(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(predicting, "answer", stop_in_the_third_part)
    with pytest.raises(KeyboardInterrupt):
        predict_file(finished / "bundle", data, out, rows=200)
    assert not out.exists()
    calls[0] = 100
    told = predict_file(finished / "bundle", data, out, rows=200)
    assert calls[0] == 100 + -(-whole.num_rows // 200) - 2  # the two whole parts are not made again
    assert told["rows"] == {"in": whole.num_rows, "kept": whole.num_rows, "quarantined": 0}
    assert pd.read_csv(out)["trip"].tolist() == whole["trip"].to_pylist()
    assert not list(tmp_path.glob(".*"))


def test_unseen_values_are_counted(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("car,km,hour,make,year\nc1,10.5,3,Lada,1991\nc999,12.5,,Saab,1992\n")
    told = predict_file(finished / "bundle", str(tmp_path / "new.csv"), tmp_path / "a.parquet")
    assert told["rows"] == {"in": 2, "kept": 2, "quarantined": 0}
    assert told["replaced"]["make: unseen"] == 1
    assert told["replaced"]["car: unseen"] == 1


def test_a_line_that_can_not_be_read_is_set_aside(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("car,km,hour,make,year\nc1,10.5,3,Saab,1991\nc1,far,3,Saab,1991\n")
    told = predict_file(finished / "bundle", str(tmp_path / "new.csv"), tmp_path / "a.parquet")
    assert told["rows"] == {"in": 2, "kept": 1, "quarantined": 1}
    assert "c1,far,3" in parquet.read_table(tmp_path / "a.parquet.unread.parquet")["text"][0].as_py()


def test_a_missing_column(finished: Path, whole: pa.Table) -> None:
    with pytest.raises(DataError, match="no column 'km', which the model was trained on"):
        load(finished / "bundle").predict(whole.drop_columns(["km"]))
    renamed = whole.rename_columns(["KM" if name == "km" else name for name in whole.column_names])
    with pytest.raises(DataError, match="did you mean 'KM'"):
        load(finished / "bundle").predict(renamed)


def test_a_column_of_another_type(finished: Path, whole: pa.Table) -> None:
    index = whole.column_names.index("km")
    text = pa.array(["far"] * whole.num_rows)
    with pytest.raises(DataError, match="km"):
        load(finished / "bundle").predict(whole.set_column(index, "km", text))


def test_wrong_arguments(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"ends in .parquet or .csv"):
        predict_file(finished / "bundle", "x.csv", tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match=r"nothing.csv"):
        predict_file(finished / "bundle", str(tmp_path / "nothing.csv"), tmp_path / "a.csv")
    with pytest.raises(BundleError, match="there is no bundle"):
        predict_file(tmp_path / "none", "x.csv", tmp_path / "a.csv")


def test_what_a_csv_file_can_not_hold_is_laid_flat() -> None:
    table = pa.table(
        {
            "kind_probability": [{"a": 0.25, "b": {"c": 0.75}}, None],
            "tags": [["x", "深"], None],
            "n": [1, 2],
        }
    )
    flat = _flat(table)
    assert flat.to_pydict() == {
        "kind_probability.a": [0.25, None],
        "kind_probability.b.c": [0.75, None],
        "tags": ['["x", "深"]', None],
        "n": [1, 2],
    }
    assert _flat(table.schema.empty_table()).schema == flat.schema
