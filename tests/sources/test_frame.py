"""Data handed over in Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, SourceError
from thalweg.sources.frame import ROWS, Frame
from thalweg.sources.source import Source

HERE = Path()
TABLE = pa.table({"a": [1, 2, None], "s": ["x", None, "é"]})
EXPECTED = TABLE.to_pylist()
PANDAS = pd.DataFrame({"a": pd.array([1, 2, None], "Int64"), "s": ["x", None, "é"]}, index=[7, 8, 9])

HANDED: dict[str, Callable[[], Any]] = {
    "pandas": lambda: PANDAS,
    "polars": lambda: pl.from_arrow(TABLE),
    "lazy": lambda: pl.DataFrame(TABLE.to_pydict()).lazy(),
    "arrow": lambda: TABLE,
    "batch": lambda: TABLE.to_batches()[0],
    "reader": lambda: TABLE.to_reader(2),
    "relation": lambda: duckdb.connect().from_arrow(TABLE),
    "rows": lambda: TABLE.to_pylist(),
    "columns": lambda: TABLE.to_pydict(),
}


@pytest.mark.parametrize("kind", HANDED)
def test_all_sorts_of_frames(read: Callable, kind: str) -> None:
    source = Frame(data=HANDED[kind]())
    assert source.fingerprint(HERE) == source.fingerprint(HERE)  # a reader too, which can be read only once
    found = read(source)
    assert found.rows == EXPECTED
    assert found.types == {"a": "BIGINT", "s": "VARCHAR"}
    assert found.loaded.entry.step == "frame"
    assert read(source).rows == EXPECTED


def test_types_of_pandas(read: Callable) -> None:
    frame = pd.DataFrame(
        {
            "f": [1.5, np.nan],
            "c": pd.Categorical(["x", "y"]),
            "t": pd.to_datetime(["2020-01-01 10:00", None]),
            "b": [True, False],
            7: np.array([1, 2], np.int8),
        }
    )
    found = read(Frame(data=frame))
    assert found.types == {"f": "DOUBLE", "c": "VARCHAR", "t": "TIMESTAMP", "b": "BOOLEAN", "7": "TINYINT"}
    assert found.rows[1] == {"f": None, "c": "y", "t": None, "b": False, "7": 2}
    assert found.rows[0]["t"] == datetime(2020, 1, 1, 10)


def test_nan_is_missing(read: Callable) -> None:
    assert read(Frame(data=pl.DataFrame({"x": [1.5, float("nan")]}))).column("x") == [1.5, None]


def test_rows_may_lack_keys(read: Callable) -> None:
    assert read(Frame(data=[{"a": 1}, {"b": "x"}])).rows == [{"a": 1, "b": None}, {"a": None, "b": "x"}]


def test_the_fingerprint_is_of_the_values_alone() -> None:
    whole = pa.table({"a": list(range(2 * ROWS + 5)), "s": [f"s{i % 7}" for i in range(2 * ROWS + 5)]})
    first = Frame(data=whole).fingerprint(HERE)
    cut = pa.Table.from_batches(whole.to_batches(max_chunksize=777))
    assert Frame(data=cut).fingerprint(HERE) == first
    assert Frame(data=pa.concat_tables([whole.slice(0, 100), whole.slice(100)])).fingerprint(HERE) == first
    assert (
        Frame(data=pa.concat_tables([whole, whole.slice(5)]).slice(len(whole) - 5, 10)).fingerprint(HERE)
        != first
    )
    assert Frame(data=whole.slice(1)).fingerprint(HERE) != first
    assert Frame(data=whole.rename_columns(["a", "t"])).fingerprint(HERE) != first
    changed = whole.set_column(0, "a", pa.array([*range(2 * ROWS + 4), 0]))
    assert Frame(data=changed).fingerprint(HERE) != first


def test_it_is_not_written_out() -> None:
    assert Frame(data=TABLE).written() == {"kind": "frame"}


@pytest.mark.parametrize("value", ["a.csv", 5, [1, 2], {"a": 5}, []])
def test_what_is_no_data(value: Any) -> None:
    with pytest.raises(ValidationError, match="expected data such as a pandas or Polars frame, received"):
        Frame(data=value)


def test_a_pipeline_file_cannot_hold_one() -> None:
    with pytest.raises((ValidationError, ComponentError), match="in a pipeline file name a file instead"):
        parse(Source, {"frame": "a.csv"})


def test_a_column_of_mixed_types(read: Callable) -> None:
    with pytest.raises(SourceError) as raised:
        read(Frame(data=pd.DataFrame({"ok": [1, 2], "mixed": [1, "x"]})))
    assert "the frame cannot be read as columns of one type each: " in str(raised.value)
    assert "mixed" in str(raised.value)
    assert "frame.astype({NAME: str})" in str(raised.value)


def test_duplicate_names(read: Callable) -> None:
    with pytest.raises(SourceError, match="the frame: columns 1 and 2 have the same name: 'a'"):
        read(Frame(data=pd.DataFrame([[1, 2]], columns=["a", "a"])))


def test_a_temporary_file_goes_away_with_the_frame(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = Frame(data=TABLE.to_reader(2))
    source.fingerprint(HERE)
    assert len(list(tmp_path.glob("*.arrow"))) == 1
    del source
    assert list(tmp_path.iterdir()) == []
