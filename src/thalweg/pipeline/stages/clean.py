"""Clean every table that has steps; the split is known first, so that nothing is learnt from other rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlglot import exp

from thalweg.clean.run import clean
from thalweg.core.errors import at
from thalweg.core.files import atomic_folder
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.core.ledger import Entry
from thalweg.dataset.split import Assignment
from thalweg.dataset.split_others import training_rows, with_split
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.pipeline.schema import Pipeline, written
from thalweg.pipeline.stage import Key, Run, facts
from thalweg.pipeline.stages.sources import source_key
from thalweg.pipeline.stages.tables import TableStage
from thalweg.pipeline.stored import open_table, store_table
from thalweg.pipeline.watched import refuse_changed_in_place

CODE = ("core", "engines", "clean", "dataset")


@dataclass(frozen=True)
class CleanTable:
    """A table after its steps, and what is to be told of them."""

    table: Table
    entries: tuple[Entry, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    log: tuple[str, ...] = ()
    quarantine: Path | None = None


class Clean(TableStage):
    """The tables with the split known and their steps applied, as queries over the sources."""

    name = "clean"
    reads_sources = True

    def made(self, run: Run) -> Iterable[str]:
        return run.pipeline.clean

    def key_of(self, run: Run, name: str) -> Key:
        return table_key(run, name)

    def news(self, run: Run, name: str) -> str:
        return ""

    def make(self, run: Run) -> None:
        raw = split_tables(run)
        for name, steps in run.pipeline.clean.items():
            if self.status_of(run, name).fresh:
                continue
            with run.progress.task(f"clean {name}"), at("clean", name):
                kept_before = len(run.session.kept)
                cleaned = clean(raw[name], steps)
                with atomic_folder(self.folder(run) / name, **facts(table_key(run, name))) as folder:
                    store_table(
                        cleaned.table,
                        run.session.kept[kept_before:],
                        folder,
                        entries=[entry.model_dump() for entry in cleaned.entries],
                        steps=[step.written() for step in cleaned.steps],
                        log=cleaned.log,
                    )
                    if cleaned.quarantined is not None:
                        run.session.write_parquet(cleaned.quarantined, folder / "quarantine.parquet")
                    refuse_changed_in_place(run)

    def open(self, run: Run) -> dict[str, CleanTable]:
        raw = split_tables(run)
        return {
            name: self._open_one(run, name) if name in run.pipeline.clean else CleanTable(raw[name])
            for name in raw
        }

    def _open_one(self, run: Run, name: str) -> CleanTable:
        folder = self.folder(run) / name
        table, stored = open_table(folder, run.session)
        entries = tuple(Entry.model_validate(entry) for entry in stored["entries"])
        quarantine = folder / "quarantine.parquet"
        return CleanTable(
            table,
            entries,
            tuple(stored["steps"]),
            tuple(stored["log"]),
            quarantine if quarantine.exists() else None,
        )

    def entries(self, run: Run) -> list[Entry]:
        return [entry for cleaned in run.result(self.name).values() for entry in cleaned.entries]

    def quarantine(self, run: Run) -> dict[str, Path]:
        return {
            name: cleaned.quarantine for name, cleaned in run.result(self.name).items() if cleaned.quarantine
        }


def table_key(run: Run, name: str) -> Key:
    """The key of one cleaned table. The main table is an input of all: the split is learnt from it."""
    main = main_table(run.pipeline)
    operations = () if name == main else run.pipeline.integrate  # they tell which rows training refers to
    settings = {
        "steps": written(run.pipeline.clean.get(name, ())),
        "split": written(run.pipeline.dataset.split),
        "seed": run.pipeline.seed,
        "references": [[each.tables(), each.matches(name), sorted(each.makes())] for each in operations],
    }
    return Key(
        fingerprint(settings),
        fingerprint([source_key(run, name).whole, source_key(run, main).whole]),
        fingerprint_code(*CODE),
    )


def main_table(pipeline: Pipeline) -> str:
    """The table whose rows are the rows of the dataset."""
    if pipeline.integrate:
        return pipeline.integrate[0].tables()[0]
    return next(iter(pipeline.sources))


def split_tables(run: Run) -> dict[str, Table]:
    """The tables as they were read, behind views named for them, with `__split` where it can be told."""
    if "split tables" not in run.results:
        raw = {name: _behind_view(loaded.table) for name, loaded in run.result("sources").items()}
        main = raw[main_table(run.pipeline)]
        with at("dataset", "split"):
            assignment = run.pipeline.dataset.split.fit(main)
        run.results["split"] = assignment
        run.results["split tables"] = _with_splits(run, raw, main, assignment)
    return run.results["split tables"]


def split_assignment(run: Run) -> Assignment:
    """The split with what it learnt from the main table."""
    split_tables(run)
    return run.results["split"]


def _with_splits(run: Run, raw: dict[str, Table], main: Table, assignment: Assignment) -> dict[str, Table]:
    told = assignment.expression(main)
    main = with_split(main, told) if told is not None else main
    return {
        name: main if name == main.name else training_rows(table, main, run.pipeline.integrate, assignment)
        for name, table in raw.items()
    }


def _behind_view(table: Table) -> Table:
    view = table.session.define(f"source {table.name}", table.query)
    return replace(
        table, query=exp.select(*(sql.column(name) for name in (*table.columns, *table.hidden))).from_(view)
    )
