"""Archives of media, unpacked inside a folder of their own and nowhere else."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from thalweg.core.errors import SourceError
from thalweg.core.files import MANIFEST, atomic_folder, first_damage, full_disk
from thalweg.core.fingerprint import fingerprint_file

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
FILES = "files"


def is_archive(path: str) -> bool:
    """Whether a path ends as an archive does."""
    return path.lower().endswith(ENDINGS)


def unpacked(archive: Path, store: Path) -> Path:
    """The folder of an archive's files under `store`; found again where it was unpacked whole before.

    Raises SourceError where the archive is damaged, encrypted, or has a member that would be written outside that
    folder; StorageError where the disk has no room for it.
    """
    folder = store / f"{archive.name}-{fingerprint_file(archive)[:12]}"
    if not (folder / MANIFEST).is_file() or first_damage(folder) is not None:
        store.mkdir(parents=True, exist_ok=True)
        with atomic_folder(folder) as temporary, _told(archive):
            (temporary / FILES).mkdir()
            _extract(archive, temporary / FILES)
    return folder / FILES


def _extract(archive: Path, into: Path) -> None:
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            members = [each for each in opened.infolist() if not each.is_dir()]
            _has_room(sum(each.file_size for each in members), into)
            for member in members:
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise _refused(archive, member.filename, "is a link")
                with opened.open(member) as content:
                    _write(content, _target(archive, member.filename, into))
        return
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.isfile():
                content = opened.extractfile(member)
                assert content is not None
                _has_room(member.size, into)
                _write(content, _target(archive, member.name, into))
            elif not member.isdir():
                raise _refused(archive, member.name, "is a link or a device")


def _target(archive: Path, name: str, into: Path) -> Path:
    """Where a member is written. Raises SourceError where that would be outside `into`."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise _refused(archive, name, "would be written outside the folder that the archive is unpacked in")
    target = into.joinpath(*parts)
    if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(into)):
        raise _refused(archive, name, "would be written outside the folder that the archive is unpacked in")
    return target


def _write(content: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(content, file)


def _has_room(size: int, folder: Path) -> None:
    if size > shutil.disk_usage(folder).free:
        raise full_disk(folder)


def _refused(archive: Path, name: str, why: str) -> SourceError:
    return SourceError(
        f"{archive}: the member {name!r} {why}; nothing of the archive is used",
        hint="if you trust it, unpack it yourself and name the folder",
    )


@contextmanager
def _told(archive: Path) -> Iterator[None]:
    """Tell a damaged or encrypted archive in the user's words."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(
            f"{archive} is damaged, or of a kind that cannot be unpacked: {error}", hint="fetch it again"
        ) from error
    except (RuntimeError, FileExistsError) as error:  # a password; the same name twice
        raise SourceError(
            f"{archive} cannot be unpacked: {error}", hint="unpack it yourself and name the folder"
        ) from error
