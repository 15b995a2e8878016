"""The files of a folder in the order of their names, and what was passed over on the way."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import DIGITS, file_hash
from thalweg.core.suggest import did_you_mean
from thalweg.sources.media.broken import BrokenFile

OUTSIDE = "link that leads outside the folder"
NAME = "name that is not Unicode"
HIDDEN = "hidden files"
OTHER = "files of other kinds"


@dataclass(frozen=True)
class Walked:
    """A file of a folder: its path from there with `/` between names, or why it may not be read."""

    path: str
    file: Path
    refused: BrokenFile | None = None


@dataclass
class Walk:
    """Iterates over the files that end in one of `endings`; `passed` counts the others once it is through.

    Folders are entered in the order of their names; the names of one folder are held in memory at a time. Files and
    folders whose names begin with a dot are hidden. A link to a file inside the folder is a file; one to a folder
    inside is passed over, since its files are met in their own place; one that leads outside is refused.
    """

    root: Path
    endings: Collection[str]
    passed: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Walked]:
        self.passed.clear()
        yield from self._inside(self.root, "")

    def _inside(self, folder: Path, before: str) -> Iterator[Walked]:
        for name, is_link, is_folder in _entries(folder):
            path, file = f"{before}{name}", folder / name
            if name.startswith("."):
                self.passed[HIDDEN] += 1
            elif is_link and not _leads_inside(file, self.root):
                refused = BrokenFile(OUTSIDE, f"it leads to {os.readlink(file)}, which is not in {self.root}")
                yield Walked(shown(path), file, refused)
            elif is_folder and is_link:
                self.passed["links to folders"] += 1
            elif is_folder:
                yield from self._inside(file, f"{path}/")
            elif os.path.splitext(name)[1].lower() not in self.endings:
                self.passed[OTHER] += 1
            elif shown(path) != path:
                yield Walked(shown(path), file, BrokenFile(NAME, "its bytes are not UTF-8; rename the file"))
            else:
                yield Walked(path, file)


def _entries(folder: Path) -> list[tuple[str, bool, bool]]:
    """Names in a folder, sorted, and whether each is a link, and a folder."""
    try:
        with os.scandir(folder) as found:
            return sorted((entry.name, entry.is_symlink(), os.path.isdir(entry.path)) for entry in found)
    except PermissionError as error:
        raise SourceError(
            f"no permission to read the folder {folder}",
            hint="run as a user who may read it, or change its permissions",
        ) from error


def _leads_inside(link: Path, root: Path) -> bool:
    end = Path(os.path.realpath(link))  # of a broken link too, and never raises on a circle
    return end.is_relative_to(root.resolve()) and end.exists()


def shown(path: str) -> str:
    """A path as text that can be stored: bytes that are not UTF-8 as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def folder_at(path: str, base: Path) -> Path:
    """The folder of a path. Raises SourceError where there is none, naming the nearest."""
    folder = base / Path(path).expanduser()
    if folder.is_dir():
        return folder
    parent = folder.parent
    near = [each.name for each in parent.iterdir() if each.is_dir()] if parent.is_dir() else []
    if folder.exists():
        raise SourceError(
            f"expected a folder, or a zip or tar archive of one, found a file: {folder}",
            hint=f"name the folder it lies in: {parent}",
        )
    raise SourceError(f"there is no folder {folder}", hint=did_you_mean(folder.name, near))


def digest_of(root: Path, endings: Collection[str]) -> str:
    """Changes when a file is added, removed, renamed, or changes in size or time. No file is read for it."""
    digest = file_hash(str(root.resolve()).encode("utf-8", "surrogateescape"))
    for found in Walk(root, endings):
        if found.refused is None:
            stat = found.file.stat()
            digest.update(f"{found.path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
        else:
            digest.update(f"{found.path}\0{found.refused.rule}\n".encode())
    return digest.hexdigest()[:DIGITS]


def size_of_folder(root: Path, endings: Collection[str]) -> int:
    """Bytes that the files take together."""
    return sum(found.file.stat().st_size for found in Walk(root, endings) if found.refused is None)
