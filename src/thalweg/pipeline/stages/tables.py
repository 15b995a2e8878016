"""What the stages of several tables share: each table has a folder and a key of its own, and is made again alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from thalweg.core.fingerprint import fingerprint
from thalweg.pipeline.stage import Key, Run, Stage, Status, status


class TableStage(Stage):
    """A stage that makes tables one by one."""

    @abstractmethod
    def made(self, run: Run) -> Iterable[str]:
        """The tables that the stage makes."""

    @abstractmethod
    def key_of(self, run: Run, name: str) -> Key:
        """The key of one table."""

    @abstractmethod
    def news(self, run: Run, name: str) -> str:
        """What makes a stored table stale although its key is what it was; empty where nothing does."""

    def key(self, run: Run) -> Key:
        keys = [self.key_of(run, name) for name in run.pipeline.sources]
        return Key(*(fingerprint([key[part] for key in keys]) for part in range(len(Key._fields))))

    def status(self, run: Run) -> Status:
        stale = (found for name in self.made(run) if not (found := self.status_of(run, name)).fresh)
        return next(stale, Status(True, "cached"))

    def status_of(self, run: Run, name: str) -> Status:
        """Whether what is stored of one table may be used."""
        found = status(self.folder(run) / name, self.key_of(run, name))
        if not found.fresh:
            return Status(False, f"{name}: {found.why}")
        news = self.news(run, name)
        return Status(False, f"{name}: {news}") if news else found
