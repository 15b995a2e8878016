"""A profile of any data, without a pipeline file: looked at, and written as a page with its numbers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from thalweg.core.errors import PipelineError
from thalweg.core.files import write_json, write_text
from thalweg.engines.duckdb import DuckDB
from thalweg.evaluation.pages.profile_page import profile_page
from thalweg.mine.profile import profile
from thalweg.mine.sentences import sentences
from thalweg.pipeline.init_tables import one_table
from thalweg.pipeline.target import look


def profile_data(data: str) -> dict[str, Any]:
    """The profile of a table as JSON values: of a file, a table of a database, a folder that is one table.

    Raises PipelineError where the place holds several tables, or none.
    """
    named = one_table(data)
    with (
        TemporaryDirectory(prefix="thalweg-look-") as scratch,
        DuckDB().open(Path(scratch) / "spill") as session,
    ):
        return profile(look(named.source, named.name, session, Path(scratch)))


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
