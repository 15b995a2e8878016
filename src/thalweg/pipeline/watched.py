"""The files of sources, watched from their fingerprint to the end of the last stage that reads them.

A change between two stages would make a dataset of a table before it and the same table after it, and store it as if
it were made of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from thalweg.core.errors import ThalwegError
from thalweg.pipeline.stage import Run
from thalweg.sources.load import stays_in_place
from thalweg.sources.unchanged import refuse_changed

FOLDER = "sources"


@contextmanager
def watched(run: Run) -> Iterator[None]:
    """Read, inside, what sources left where it lies. Raises SourceError where it changed before or meanwhile."""
    refuse_changed_in_place(run)
    try:
        yield
    except ThalwegError as error:
        refuse_changed_in_place(run, error)
        raise
    refuse_changed_in_place(run)


def refuse_changed_in_place(run: Run, error: ThalwegError | None = None) -> None:
    """Raises SourceError where a file that is read where it lies is another than when it was fingerprinted."""
    for name in run.stamps:
        if stays_in_place(run.folder / FOLDER / name):
            refuse_changed_since(run, name, error)


def refuse_changed_since(run: Run, name: str, error: ThalwegError | None = None) -> None:
    """Raises SourceError where a file of one source is another than when it was fingerprinted."""
    refuse_changed(run.stamps.get(name, {}), error)
