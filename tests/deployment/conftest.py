"""One trained model for the tests of this folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pipeline.conftest import FILE, write_tables
from thalweg.pipeline.run import run_file


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of the small course."""
    folder = tmp_path_factory.mktemp("finished")
    write_tables(folder)
    (folder / "small.yaml").write_text(FILE, encoding="utf-8")
    return Path(run_file(folder / "small.yaml", ["train.epochs=1"])["run"])


@pytest.fixture
def bundle(finished: Path, tmp_path: Path) -> Path:
    """A copy of its bundle that a test may damage."""
    return Path(shutil.copytree(finished / "bundle", tmp_path / "bundle"))
