"""Whatever is handed over in Python as data: a path, an address, a frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, SourceError
from thalweg.sources.frame import Frame, is_frame
from thalweg.sources.source import Source


def source_of(value: Any) -> Source:
    """The source that a value stands for.

    A source itself; a path or its text, such as `flights.csv`, `shop.db#orders` or `sample://adult/train`; a mapping
    as in a pipeline file, `{kind: csv, path: …}`; or data: a pandas or Polars frame, an Arrow table or reader, a DuckDB
    relation, a list of dicts, a dict of lists. Raises SourceError where a path does not show what it holds.
    """
    if isinstance(value, Source):
        return value
    if isinstance(value, Path):
        value = f"{value}/" if value.is_dir() else str(value)
    if is_frame(value):
        return Frame(data=value)
    if isinstance(value, (str, dict, list, tuple)):
        return _written(list(value) if isinstance(value, tuple) else value)
    raise SourceError(
        f"expected data or a path to it, received {type(value).__name__}",
        hint="give a path, a pandas or Polars frame, an Arrow table or reader, a DuckDB relation, or a list of dicts",
    )


def _written(value: Any) -> Source:
    try:
        return parse(Source, value)
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(map(str, wrong["loc"]))
        raise SourceError(f"{place}: {wrong['msg']}" if place else wrong["msg"].split(", ", 1)[-1]) from error
    except ComponentError as error:
        if not isinstance(value, str):
            raise
        raise SourceError(
            f"the name {value!r} does not show what it holds; expected an ending such as .csv, .parquet, .jsonl, "
            ".arrow or .sqlite, or sample://NAME/TABLE",
            hint=f"say what it is: {{'kind': 'csv', 'path': {value!r}}}",
        ) from error
