"""A stage of a run: what it depends on, how it is made, how what it made is opened again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from thalweg.core.files import MANIFEST, first_damage, read_json
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Entry
from thalweg.core.progress import Progress
from thalweg.engines.engine import Session
from thalweg.pipeline.read import Written
from thalweg.pipeline.schema import Pipeline
from thalweg.sources.unchanged import Stamps


class Key(NamedTuple):
    """What a stage's result is a function of. It is made again when any of the three changes."""

    settings: str
    inputs: str
    code: str

    @property
    def whole(self) -> str:
        return fingerprint(list(self))


class Status(NamedTuple):
    """Whether a stored result may be used, and why not."""

    fresh: bool
    why: str


def status(folder: Path, key: Key) -> Status:
    """Compare what is stored with what is wanted, digests of all files included."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return Status(False, "not run yet")
    stored = read_json(manifest).get("key", {})
    changed = [part for part in Key._fields if stored.get(part) != getattr(key, part)]
    if changed:
        return Status(False, f"{' and '.join(changed)} changed")
    damage = first_damage(folder)
    return Status(damage is None, damage or "cached")


@dataclass
class Run:
    """One execution of a pipeline: its settings, its folder, and the results of its stages so far."""

    pipeline: Pipeline
    written: Written
    base: Path
    """The folder that relative paths in the file start from."""
    folder: Path
    progress: Progress
    stages: tuple[Stage, ...]
    results: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    source_keys: dict[str, Key] = field(default_factory=dict)
    stamps: dict[str, Stamps] = field(default_factory=dict)
    """What the files of each source looked like when its key was worked out."""
    taken: set[str] = field(default_factory=set)
    """Sources that grow, and whose news this run has read."""

    @cached_property
    def session(self) -> Session:
        """The data engine, started when a stage first needs it."""
        return self.pipeline.compute.data.open(self.folder / "scratch")

    def key(self, name: str) -> Key:
        """The key of a stage, worked out once."""
        if name not in self.keys:
            self.keys[name] = self.stage(name).key(self)
        return self.keys[name]

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def result(self, name: str) -> Any:
        """What a finished stage made, opened when it is first asked for."""
        if name not in self.results:
            self.results[name] = self.stage(name).open(self)
        return self.results[name]

    def close(self) -> None:
        if "session" in self.__dict__:
            self.session.close()


class Stage(ABC):
    """One stage. Its folder in the run is named for it."""

    name: str
    reads_sources: ClassVar[bool] = False
    """Whether it reads files that sources left where they lie, so that they must not have changed."""

    @abstractmethod
    def key(self, run: Run) -> Key:
        """What the result depends on, known without running anything."""

    @abstractmethod
    def make(self, run: Run) -> None:
        """Compute the result and store it, whole or not at all."""

    @abstractmethod
    def open(self, run: Run) -> Any:
        """Read the stored result back."""

    def status(self, run: Run) -> Status:
        """Whether what is stored may be used."""
        return status(self.folder(run), run.key(self.name))

    def headline(self, run: Run) -> str:
        """A few words on what a finished stage found, for the terminal."""
        return ""

    def noted(self, run: Run) -> dict[str, Any]:
        """What the run's facts say of a finished stage, besides its time and its key."""
        return {}

    def folder(self, run: Run) -> Path:
        return run.folder / self.name

    def entries(self, run: Run) -> list[Entry]:
        """The stage's lines in the account of rows."""
        return []

    def quarantine(self, run: Run) -> dict[str, Path]:
        """Parquet files of rows set aside, by table."""
        return {}


def facts(key: Key) -> dict[str, Any]:
    """What a manifest says of the key, so that a later plan can tell what changed."""
    return {"key": key._asdict()}
