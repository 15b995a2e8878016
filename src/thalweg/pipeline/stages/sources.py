"""Read every source once; a source that has not changed is not read again."""

from __future__ import annotations

from pathlib import Path

from thalweg.core.errors import at
from thalweg.core.files import atomic_folder, seal
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.core.ledger import Entry
from thalweg.pipeline.stage import Key, Run, Stage, Status, facts, status
from thalweg.sources.accumulated.accumulator import Accumulator, accumulate
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.load import Loaded, load, reopen
from thalweg.sources.source import Place

CODE = ("core", "engines", "sources")


class Sources(Stage):
    """The raw tables, as Parquet with the position of each row, and the lines that could not be read."""

    name = "sources"

    def key(self, run: Run) -> Key:
        keys = [source_key(run, name) for name in run.pipeline.sources]
        return Key(*(fingerprint([key[part] for key in keys]) for part in range(len(Key._fields))))

    def status(self, run: Run) -> Status:
        return next(
            (found for name in run.pipeline.sources if not (found := self._one(run, name)).fresh),
            Status(True, "cached"),
        )

    def _one(self, run: Run, name: str) -> Status:
        found = status(self.folder(run) / name, source_key(run, name))
        if not found.fresh:
            return Status(False, f"{name}: {found.why}")
        growing, journal = accumulator(run, name), Journal.stored(self.folder(run) / name)
        if growing is not None and journal is not None and name not in run.taken:
            news = growing.news(journal)
            return Status(news is None, f"{name}: {news}" if news else found.why)
        return found

    def make(self, run: Run) -> None:
        place = Place(run.session.reader, run.base)
        for name, source in run.pipeline.sources.items():
            if self._one(run, name).fresh:
                continue
            with run.progress.task(f"read {name}"), at("sources", name):
                growing = accumulator(run, name)
                if growing is not None:
                    self._add(run, name, growing)
                    continue
                key = source_key(run, name)
                with atomic_folder(self.folder(run) / name, **facts(key)) as folder:
                    load(name, source, place, folder)

    def _add(self, run: Run, name: str, growing: Accumulator) -> None:
        """Read what is new beside what is stored. The key is known once that is done."""
        folder = self.folder(run) / name
        accumulate(name, growing, place_of(run), folder)
        run.taken.add(name)
        run.source_keys.pop(name, None)
        run.keys.pop(self.name, None)
        seal(folder, **facts(source_key(run, name)))

    def open(self, run: Run) -> dict[str, Loaded]:
        return {name: reopen(name, self.folder(run) / name, run.session) for name in run.pipeline.sources}

    def entries(self, run: Run) -> list[Entry]:
        return [loaded.entry for loaded in run.result(self.name).values()]

    def quarantine(self, run: Run) -> dict[str, Path]:
        return {name: loaded.rejected for name, loaded in run.result(self.name).items() if loaded.rejected}


def place_of(run: Run) -> Place:
    """Where sources are opened."""
    return Place(run.session.reader, run.base, run.folder / "unpacked")


def accumulator(run: Run, name: str) -> Accumulator | None:
    """What adds to a source that grows."""
    return run.pipeline.sources[name].accumulator(name, run.base)


def _content(run: Run, name: str) -> str:
    """The digest of a source; of one that grows, that of what is stored of it."""
    if accumulator(run, name) is None:
        return run.pipeline.sources[name].fingerprint(run.base)
    journal = Journal.stored(run.folder / Sources.name / name)
    return "nothing yet" if journal is None else journal.digest


def source_key(run: Run, name: str) -> Key:
    """The key of one source."""
    found = run.source_keys.get(name)
    if found is None:
        source = run.pipeline.sources[name]
        with at("sources", name):
            content = _content(run, name)
        found = Key(fingerprint(source.written()), content, fingerprint_code(*CODE))
        run.source_keys[name] = found
    return found
