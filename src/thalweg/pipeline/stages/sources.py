"""Read every source once; a source that has not changed is not read again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from thalweg.core.errors import at
from thalweg.core.files import atomic_folder, seal
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.core.ledger import Entry
from thalweg.pipeline.stage import Key, Run, facts
from thalweg.pipeline.stages.tables import TableStage
from thalweg.pipeline.watched import refuse_changed_since
from thalweg.sources.accumulated.accumulator import Accumulator, accumulate
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.load import Loaded, load, reopen
from thalweg.sources.source import Place
from thalweg.sources.unchanged import stamps

CODE = ("core", "engines", "sources")


class Sources(TableStage):
    """The raw tables, as Parquet with the position of each row, and the lines that could not be read."""

    name = "sources"

    def made(self, run: Run) -> Iterable[str]:
        return run.pipeline.sources

    def key_of(self, run: Run, name: str) -> Key:
        return source_key(run, name)

    def news(self, run: Run, name: str) -> str:
        growing, journal = accumulator(run, name), Journal.stored(self.folder(run) / name)
        if growing is None or journal is None or name in run.taken:
            return ""
        return growing.news(journal) or ""

    def make(self, run: Run) -> None:
        place = Place(run.session.reader, run.base)
        for name, source in run.pipeline.sources.items():
            if self.status_of(run, name).fresh:
                continue
            with run.progress.task(f"read {name}"), at("sources", name):
                growing = accumulator(run, name)
                if growing is not None:
                    self._add(run, name, growing)
                    continue
                key = source_key(run, name)
                with atomic_folder(self.folder(run) / name, **facts(key)) as folder:
                    load(name, source, place, folder)
                    refuse_changed_since(run, name)  # else it would be stored as what was fingerprinted

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
            if accumulator(run, name) is None:
                run.stamps[name] = stamps(source, run.base)
            content = _content(run, name)
        found = Key(fingerprint(source.written()), content, fingerprint_code(*CODE))
        run.source_keys[name] = found
    return found
