"""A profile of any data, without a pipeline file: looked at, and written as a page with its numbers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from thalweg.core.component import parse
from thalweg.core.errors import PipelineError
from thalweg.core.files import write_json, write_text
from thalweg.engines.duckdb import DuckDB
from thalweg.evaluation.pages.profile_page import profile_page
from thalweg.mine.profile import profile
from thalweg.mine.sentences import sentences
from thalweg.pipeline.target import look
from thalweg.sources.source import Source


def profile_data(data: str) -> dict[str, Any]:
    """Types, missing values, quantiles, top values and duplicates of a source, as JSON values."""
    source = parse(Source, data)
    with (
        TemporaryDirectory(prefix="thalweg-look-") as scratch,
        DuckDB().open(Path(scratch) / "spill") as session,
    ):
        return profile(look(source, _name(data), session, Path(scratch)))


def write_profile(facts: Mapping[str, Any], page: Path) -> Path:
    """Write `page`, one file that asks for no other, and its numbers as JSON under the same name; returns the latter.

    Raises PipelineError where the page's name does not end in .html.
    """
    if page.suffix.lower() not in (".html", ".htm"):
        raise PipelineError(
            f"expected the name of a page to write, such as profile.html, received {str(page)!r}",
            hint="its numbers are written beside it, as profile.json",
        )
    numbers = page.with_suffix(".json")
    write_json(numbers, dict(facts))
    write_text(page, profile_page(facts, sentences(facts), numbers.name))
    return numbers


def _name(data: str) -> str:
    """`orders` of `shop.db#orders`, `flights` of `data/flights.csv.gz`."""
    path, _, table = data.partition("#")
    return table or Path(path).name.partition(".")[0] or "data"
