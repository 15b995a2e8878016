"""Bring the tables together into one and store it: the cleaned and joined dataset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.errors import PipelineError, at
from thalweg.core.files import atomic_folder, read_json, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.core.ledger import Entry
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.run import integrate
from thalweg.pipeline.schema import written
from thalweg.pipeline.stage import Key, Run, Stage, facts
from thalweg.pipeline.stages.clean import CleanTable, main_table
from thalweg.pipeline.watched import refuse_changed_in_place

CODE = ("core", "engines", "integrate")
DATA, FACTS, QUARANTINE = "data.parquet", "integrate.json", "quarantine.parquet"


@dataclass(frozen=True)
class OneTable:
    """The dataset as one table, and the account of how it came about."""

    table: Table
    entries: tuple[Entry, ...]
    path: Path
    operations: tuple[dict[str, Any], ...] = ()
    """The operations with what they learnt written out."""
    quarantine: Path | None = None


class Integrate(Stage):
    """The one table, as Parquet."""

    name = "integrate"
    reads_sources = True

    def key(self, run: Run) -> Key:
        settings = fingerprint(written(run.pipeline.integrate))
        return Key(settings, run.key("clean").whole, fingerprint_code(*CODE))

    def make(self, run: Run) -> None:
        cleaned: dict[str, CleanTable] = run.result("clean")
        operations = run.pipeline.integrate
        if not operations and len(cleaned) > 1:
            raise PipelineError(
                f"there are {len(cleaned)} sources and no `integrate` section to say how they become one table",
                hint=f"such as: integrate: [{{from: {main_table(run.pipeline)}}}, {{join: {{table: …, on: …}}}}]",
            )
        tables = {name: one.table for name, one in cleaned.items()}
        with run.progress.task("integrate"), at("integrate"):
            joined = integrate(operations, tables)
            with atomic_folder(self.folder(run), **facts(run.key(self.name))) as folder:
                table = joined.table
                run.session.write_parquet(
                    sql.select(table.query, [*table.columns, *table.hidden]), folder / DATA
                )
                if joined.quarantined is not None:
                    run.session.write_parquet(joined.quarantined, folder / QUARANTINE)
                write_json(
                    folder / FACTS,
                    {
                        "name": table.name,
                        "sql": run.session.sql(table.query),
                        "columns": dict(table.columns),
                        "lineage": {name: sorted(origin) for name, origin in table.lineage.items()},
                        "split": table.split,
                        "entries": [entry.model_dump() for entry in joined.entries],
                        "operations": [operation.written() for operation in joined.operations],
                    },
                )
                refuse_changed_in_place(run)

    def open(self, run: Run) -> OneTable:
        path = self.folder(run) / DATA
        stored = read_json(self.folder(run) / FACTS)
        hidden = ("__row", "__split") if stored["split"] else ("__row",)
        scan = sql.select(run.session.read_parquet([path]), [*stored["columns"], *hidden])
        lineage = {name: frozenset(origin) for name, origin in stored["lineage"].items()}
        table = Table(run.session, stored["name"], scan, stored["columns"], lineage, stored["split"])
        entries = tuple(Entry.model_validate(entry) for entry in stored["entries"])
        aside = self.folder(run) / QUARANTINE
        return OneTable(table, entries, path, tuple(stored["operations"]), aside if aside.exists() else None)

    def entries(self, run: Run) -> list[Entry]:
        return list(run.result(self.name).entries)

    def quarantine(self, run: Run) -> dict[str, Path]:
        one: OneTable = run.result(self.name)
        return {one.table.name: one.quarantine} if one.quarantine else {}
