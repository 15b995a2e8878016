"""Every error a user may meet, in one tree.

ThalwegError
├── PipelineError     the pipeline file, or the arguments of a command, are wrong
│   └── ComponentError    a component of the file, before its place in the file is known
├── SourceError       data could not be read
├── DataError         data was read and is not what was promised
├── TrainingError     a network could not be trained
├── BundleError       a bundle is damaged, too new, or does not fit the data
├── ServerError       a model could not be served
├── StorageError      a disk is full, a folder is not writable, a file is damaged
└── MissingExtra      an optional package is not installed
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

PASSWORD = re.compile(r"(\w://[^\s/:@'\"]*):[^/@'\"\n]+@")


def without_password(text: str) -> str:
    """A text with the passwords of its addresses, such as `postgres://user:password@host/shop`, taken out."""
    return PASSWORD.sub(r"\1:***@", text)


class ThalwegError(Exception):
    """What was expected, what was found; where; and what to do.

    `exit_status` is what the command line ends with: 1 the run failed, 2 the file or arguments are wrong.
    """

    exit_status = 1

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None):
        super().__init__(without_password(message))
        self.message = without_password(message)
        self.where = where
        self.hint = hint and without_password(hint)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.message}{advice}"


class PipelineError(ThalwegError):
    """The pipeline file, or the arguments of a command, are wrong."""

    exit_status = 2


class ComponentError(PipelineError, ValueError):
    """A component was written wrongly. A ValueError too, so that pydantic adds the place in the file.

    `path` leads to the component from the section it was written in, such as `("flights", 2)`.
    """

    path: tuple[str | int, ...] = ()


@contextmanager
def at(*path: str | int) -> Iterator[None]:
    """Note, in a ComponentError on its way up, which component it comes from."""
    try:
        yield
    except ComponentError as error:
        error.path = (*path, *error.path)
        raise


class SourceError(ThalwegError):
    """Data could not be read."""


class DataError(ThalwegError):
    """Data was read and is not what was promised."""


class TrainingError(ThalwegError):
    """A network could not be trained."""


class BundleError(ThalwegError):
    """A bundle is damaged, newer than this program, or does not fit the data."""


class ServerError(ThalwegError):
    """A model could not be served."""


class StorageError(ThalwegError):
    """A disk is full, a folder is not writable, or a stored file is damaged."""


class MissingExtra(ThalwegError):
    """An optional package is needed and not installed."""

    def __init__(self, package: str, extra: str):
        super().__init__(
            f"this needs the package {package!r}, which is not installed",
            hint=f"install it with: pip install 'thalweg[{extra}]'",
        )
