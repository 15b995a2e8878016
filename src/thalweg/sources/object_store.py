"""Files in an S3 object store: listed, told apart, and brought to the run's scratch folder in bounded memory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from thalweg.core.component import Section
from thalweg.core.errors import ComponentError, SourceError
from thalweg.core.files import storage_errors
from thalweg.core.fingerprint import fingerprint
from thalweg.core.suggest import did_you_mean

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, S3FileSystem

SCHEME = "s3://"
WILD = re.compile(r"[*?\[]")
BLOCK = 2**20
WAIT = 10  # seconds, to connect and for each answer


class S3(Section):
    """Where an S3 object store is. Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and their like."""

    endpoint: str | None = None
    """Host and port of a store that is not Amazon's, such as `minio.example.org:9000`. Else AWS_ENDPOINT_URL."""
    region: str | None = None
    """The region. Left out: AWS_REGION, else AWS_DEFAULT_REGION, else us-east-1."""
    url_style: Literal["path", "vhost"] = "path"
    """Whether the bucket stands in the path or in the name of the host; counts where there is an endpoint."""
    use_ssl: bool = True
    """Whether to speak https."""


def is_remote(path: str | Sequence[str]) -> bool:
    """Whether a path, or every one of a list, is of an object store. Raises ComponentError where only some are."""
    paths = [path] if isinstance(path, str) else list(path)
    remote = [each.lower().startswith(SCHEME) for each in paths]
    if any(remote) and not all(remote):
        raise ComponentError("expected paths that all start with s3://, or none; received both")
    return bool(remote) and all(remote)


def fingerprint_objects(path: str | Sequence[str], s3: S3) -> str:
    """Names, sizes and times of the last change of the objects: nothing is read."""
    with _told(s3):
        return fingerprint([[i.path, i.size, str(i.mtime_ns)] for _, i in _objects(path, _system(s3))])


def fetched(path: str | Sequence[str], s3: S3, scratch: Path) -> str | tuple[str, ...]:
    """As `fetched_files`; for a path that ends in a slash, or a pattern over folders, the folder that holds them as the
    bucket did, so that the names of folders inside it still say what they said."""
    files, start = _brought(path, s3, scratch)
    if isinstance(path, str) and (path.endswith("/") or WILD.search(path.rpartition("/")[0])):
        return f"{start}/"
    return files


def fetched_files(path: str | Sequence[str], s3: S3, scratch: Path) -> tuple[str, ...]:
    """Copy the objects of a path to the scratch folder, a block at a time, and return the files. Raises SourceError."""
    return _brought(path, s3, scratch)[0]


def _brought(path: str | Sequence[str], s3: S3, scratch: Path) -> tuple[tuple[str, ...], Path]:
    folder = scratch / f"s3-{uuid4().hex}"
    with _told(s3):
        system = _system(s3)
        found = _objects(path, system)
        for _, info in found:
            _copy(system, info, folder / info.path)
        _refuse_changed(system, [info for _, info in found])
    return tuple(str(folder / info.path) for _, info in found), folder / found[0][0]


def _copy(system: S3FileSystem, info: FileInfo, target: Path) -> None:
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with system.open_input_stream(info.path, compression=None) as source, target.open("wb") as file:
        while block := source.read(BLOCK):
            size += file.write(block)
    if size != info.size:
        raise SourceError(f"s3://{info.path} changed while it was read", hint="run again")


def _refuse_changed(system: S3FileSystem, before: Sequence[FileInfo]) -> None:
    """An object is read in pieces, and might be written anew between two of them."""
    for info, now in zip(before, system.get_file_info([info.path for info in before]), strict=True):
        if (info.size, info.mtime_ns) != (now.size, now.mtime_ns):
            raise SourceError(f"s3://{info.path} changed while it was read", hint="run again")


def _objects(path: str | Sequence[str], system: S3FileSystem) -> list[tuple[str, FileInfo]]:
    """Each object of a path, beside the folder that the path starts from; sorted by name. Raises SourceError."""
    if not isinstance(path, str):
        return [found for each in path for found in _objects(each, system)]
    from pyarrow.fs import FileSelector, FileType

    inside = path[len(SCHEME) :]
    wild = WILD.search(inside)
    if wild is None and not inside.endswith("/"):
        info = system.get_file_info(inside)
        if info.type != FileType.File:
            raise _missing(path, inside, system)
        return [(inside.rpartition("/")[0], info)]
    start = (inside[: wild.start()].rpartition("/")[0] if wild else inside).rstrip("/")
    below = system.get_file_info(FileSelector(start, recursive=True, allow_not_found=True))
    files = [
        info for info in below if info.type == FileType.File and _matches(info.path, inside, wild is not None)
    ]
    if not files:
        raise _missing(path, inside, system)
    return [(start, info) for info in sorted(files, key=lambda info: info.path)]


def _matches(name: str, pattern: str, wild: bool) -> bool:
    """A star stands for a part of one name, two for any number of folders."""
    if not wild:
        return name.endswith((".parquet", ".pq"))
    parts, wanted = name.split("/"), pattern.split("/")
    if "**" in wanted:
        i = wanted.index("**")
        after = wanted[i + 1 :]
        enough = len(parts) >= i + len(after)
        return enough and _fits(parts[:i], wanted[:i]) and _fits(parts[len(parts) - len(after) :], after)
    return _fits(parts, wanted)


def _fits(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _missing(path: str, inside: str, system: S3FileSystem) -> SourceError:
    from pyarrow.fs import FileSelector

    folder, _, name = inside.rstrip("/").rpartition("/")
    beside = system.get_file_info(FileSelector(folder, allow_not_found=True)) if folder else []
    return SourceError(
        f"there is no object {path}", hint=did_you_mean(name, [info.base_name for info in beside])
    )


def _system(s3: S3) -> S3FileSystem:
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    told = s3.endpoint or os.environ.get("AWS_ENDPOINT_URL")
    plain = not s3.use_ssl or (told or "").startswith("http://")
    options: dict[str, Any] = {"scheme": "http" if plain else "https"}
    if told:
        options["endpoint_override"] = re.sub("^https?://", "", told).rstrip("/")
        options["force_virtual_addressing"] = s3.url_style == "vhost"
    region = s3.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    retry = AwsStandardS3RetryStrategy(max_attempts=2)
    return S3FileSystem(
        region=region, connect_timeout=WAIT, request_timeout=WAIT, retry_strategy=retry, **options
    )


@contextmanager
def _told(s3: S3) -> Iterator[None]:
    """Tell what the store said in our own words; keys never stand in it."""
    try:
        yield
    except OSError as error:
        said = str(error).splitlines()[0]
        for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"):
            if os.environ.get(name):
                said = said.replace(os.environ[name], "***")
        place = s3.endpoint or os.environ.get("AWS_ENDPOINT_URL") or "Amazon S3"
        if re.search("ACCESS_DENIED|AccessDenied|INVALID_ACCESS_KEY|SIGNATURE|403", said):
            hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a user who may read it"
        elif re.search("NETWORK_CONNECTION|connect|resolve", said):
            raise SourceError(
                f"no object store answers at {place}: {said}", hint="check s3: endpoint, and the network"
            ) from None
        else:
            hint = "check the bucket, the region and s3: endpoint"
        raise SourceError(f"the object store at {place} refused: {said}", hint=hint) from None
