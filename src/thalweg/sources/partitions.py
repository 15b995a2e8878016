"""Columns that stand in names of folders, such as `year=2024/city=Lyon`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from thalweg.core.errors import SourceError

NONE = "__HIVE_DEFAULT_PARTITION__"
WHOLE = re.compile(r"-?\d{1,18}")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def partition_types(files: Sequence[Path], root: Path | None) -> dict[str, str]:
    """The columns in the names of folders below `root` and their types; none where no folder is named so.

    Raises SourceError where a file lies in other partitions than the rest.
    """
    if root is None:
        return {}
    first = _pairs(files[0], root)
    values: dict[str, set[str]] = {key: set() for key, _ in first}
    for file in files:
        pairs = _pairs(file, root)
        if [key for key, _ in pairs] != list(values):
            raise SourceError(
                f"{file} is partitioned by {_shown(pairs)}, but {files[0]} by {_shown(first)}",
                hint="all files of a table must lie in folders of the same columns",
            )
        for key, value in pairs:
            values[key].add(value)
    return {key: _type(found - {NONE}) for key, found in values.items()}


def _pairs(file: Path, root: Path) -> list[tuple[str, str]]:
    folders = file.relative_to(root).parts[:-1]
    split = [folder.split("=", 1) for folder in folders if "=" in folder]
    return [(unquote(key), unquote(value)) for key, value in split]


def _shown(pairs: Sequence[tuple[str, str]]) -> str:
    return ", ".join(key for key, _ in pairs) or "nothing"


def _type(values: Collection[str]) -> str:
    """A number such as `007` is text, since its zeros would be lost; `01` may be a month."""
    if not values:
        return "VARCHAR"
    if all(WHOLE.fullmatch(value) for value in values):
        padded = any(len(value) > 2 and value.lstrip("-").startswith("0") for value in values)
        return "VARCHAR" if padded else "BIGINT"
    return "DATE" if all(_is_date(value) for value in values) else "VARCHAR"


def _is_date(value: str) -> bool:
    if not DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
