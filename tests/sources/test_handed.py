"""Whatever is handed over in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from thalweg.core.errors import ComponentError, SourceError
from thalweg.sources.csv import Csv
from thalweg.sources.frame import Frame
from thalweg.sources.handed import source_of
from thalweg.sources.parquet import Parquet
from thalweg.sources.sample import Sample
from thalweg.sources.sqlite import Sqlite


def test_sources_by_value(tmp_path: Path) -> None:
    assert source_of("a.csv") == Csv(path="a.csv")
    assert source_of(Path("x/a.csv")) == Csv(path="x/a.csv")
    assert source_of(tmp_path) == Parquet(path=f"{tmp_path}/")
    assert source_of("a.db#t") == Sqlite(path="a.db", table="t")
    assert source_of("sample://ett") == Sample(name="ett")
    assert source_of({"kind": "csv", "path": "a.dat"}) == Csv(path="a.dat")
    assert source_of(["a.csv", "b.csv"]) == source_of(("a.csv", "b.csv")) == Csv(path=("a.csv", "b.csv"))
    assert source_of(Csv(path="a.csv")) == Csv(path="a.csv")


@pytest.mark.parametrize("data", [pd.DataFrame({"a": [1]}), pa.table({"a": [1]}), [{"a": 1}], {"a": [1]}])
def test_frames(data: Any) -> None:
    assert isinstance(source_of(data), Frame)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "a.xyz",
            r"the name 'a\.xyz' does not show what it holds.*\n  say what it is: \{'kind': 'csv', 'path': 'a\.xyz'\}",
        ),
        ("sample://nope", r"^unknown sample 'nope'"),
        ({"kind": "csv", "path": "a.csv", "skip": -1}, r"skip: Input should be greater than or equal to 0"),
        (7, r"expected data or a path to it, received int"),
        (None, r"expected data or a path to it, received NoneType"),
    ],
)
def test_what_is_no_source(value: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        source_of(value)


def test_an_unknown_kind() -> None:
    with pytest.raises(ComponentError, match="unknown kind of source 'cvs'; did you mean 'csv'"):
        source_of({"kind": "cvs", "path": "a.csv"})
