"""A profile of any data, without a pipeline file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from thalweg.core.component import parse
from thalweg.engines.duckdb import DuckDB
from thalweg.mine.profile import profile
from thalweg.pipeline.target import look
from thalweg.sources.source import Source


def profile_data(data: str) -> dict[str, Any]:
    """Types, missing values, quantiles, top values and duplicates of a source, as JSON values."""
    source = parse(Source, data)
    with (
        TemporaryDirectory(prefix="thalweg-look-") as scratch,
        DuckDB().open(Path(scratch) / "spill") as session,
    ):
        return profile(look(source, Path(data).stem or "data", session, Path(scratch)))
