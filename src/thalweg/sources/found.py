"""The files that a path in the pipeline file stands for."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.core.suggest import did_you_mean

WILD = "*?["


def path_and(value: Any, part: str) -> Any:
    """The fields that `shop.db#orders` is short for: the path, and what is named in the file, or None."""
    if not isinstance(value, str):
        return value
    path, _, name = value.partition("#")
    return {"path": path, part: name or None}


def ends_in(value: Any, endings: tuple[str, ...]) -> bool:
    """Whether what a user wrote, short or as fields, is a path with one of these endings before any `#`."""
    path = value.get("path") if isinstance(value, dict) else value
    return isinstance(path, str) and path.partition("#")[0].lower().endswith(endings)


def found(path: str | Sequence[str], folder: Path) -> list[Path]:
    """The readable files that a path, a pattern such as `sales/*.csv` or a list of them stands for, sorted.

    Relative paths start from `folder`. Raises SourceError where a file is missing (naming the nearest one), is a
    folder, or may not be read.
    """
    if not isinstance(path, str):
        return [file for each in path for file in found(each, folder)]
    whole = folder / Path(path).expanduser()
    if os.path.exists(whole) or not any(sign in path for sign in WILD):  # unlike Path.exists, never raises
        return [readable(whole)]
    matching = sorted(Path(name) for name in glob.glob(str(whole), recursive=True))
    files = [readable(file) for file in matching if file.is_file()]
    if not files:
        raise SourceError(f"no file matches {whole}", hint=_nearby(whole))
    return files


def readable(path: Path) -> Path:
    """The path itself, of a file that can be read. Raises SourceError where it cannot."""
    try:
        if path.is_dir():
            inside = sorted(file.name for file in path.iterdir() if file.is_file())
            raise SourceError(
                f"expected a file, found a folder: {path}",
                hint=f"name a file in it, or a pattern such as {path / '*.csv'}; {did_you_mean('', inside)}",
            )
        with path.open("rb"):
            return path
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", hint=_nearby(path)) from error
    except NotADirectoryError as error:
        raise SourceError(f"there is no file {path}: part of the path is a file, not a folder") from error
    except PermissionError as error:
        raise SourceError(
            f"no permission to read {path}", hint="run as a user who may read it, or change its permissions"
        ) from error


def _nearby(path: Path) -> str:
    """Advice: the nearest name beside a missing file, or the first folder on the way that is missing."""
    folder = path.parent
    if folder.is_dir():
        return did_you_mean(path.name, [file.name for file in folder.iterdir()])
    while not folder.parent.is_dir():
        folder = folder.parent
    beside = [inside.name for inside in folder.parent.iterdir() if inside.is_dir()]
    return f"there is no folder {folder}; {did_you_mean(folder.name, beside)}"


def fingerprint_files(files: Sequence[Path]) -> str:
    """The digest of files' names and contents, in order."""
    return fingerprint([[file.name, fingerprint_file(file)] for file in files])


def size_of(files: Sequence[Path]) -> int:
    """Bytes that files take together."""
    return sum(file.stat().st_size for file in files)
