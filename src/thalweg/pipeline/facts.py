"""What the stages before the judgement have to tell the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from thalweg.core.files import read_json
from thalweg.core.ledger import Entry
from thalweg.evaluation.facts import Facts, SetAside
from thalweg.pipeline.doctor import diagnose
from thalweg.pipeline.resolved import resolved
from thalweg.pipeline.stage import Run
from thalweg.pipeline.stages.clean import main_table
from thalweg.pipeline.yaml import as_yaml

BEFORE = ("sources", "clean", "integrate", "dataset")  # stages that rows pass through
EXAMPLES = 3


def gathered(run: Run, made: str) -> Facts:
    """Everything the report shows but the judgement itself."""
    entries = [entry for name in BEFORE for entry in run.stage(name).entries(run)]
    prepared, trained = run.result("dataset"), run.result("train").trained
    return Facts(
        name=run.pipeline.name,
        question=run.pipeline.question or "",
        table=main_table(run.pipeline),
        made=made,
        ledger=[entry.model_dump(mode="json") for entry in entries],
        quarantine=_quarantine(run, entries),
        cleaning={
            name: {"steps": list(one.steps), "log": list(one.log)}
            for name, one in run.result("clean").items()
            if one.steps
        },
        profile=run.result("mine"),
        split=_split(prepared.chosen["split"]),
        inputs=prepared.chosen["inputs"],
        leaks=prepared.chosen["leaks"],
        training=trained,
        bundle=str(run.folder / "bundle"),
        provenance=_provenance(run),
    )


def _split(split: dict[str, Any]) -> dict[str, Any]:
    parts = [{"name": name, "rows": rows} for name, rows in split["parts"].items() if rows]
    return {"how": split["how"], "parts": parts}


def _quarantine(run: Run, entries: list[Entry]) -> list[SetAside]:
    """A few rows of each rule, as they came."""
    found: list[SetAside] = []
    for name in BEFORE:
        for table, path in run.stage(name).quarantine(run).items():
            rules = {
                reason.rule: reason.rows
                for entry in entries
                if entry.stage == name and entry.table == table
                for reason in entry.reasons
                if reason.fate == "quarantined"
            }
            rows = _first_rows(path)
            for rule, count in rules.items():
                mine = [row for row in rows if rule in (row.get("rule"), row.get("reason"))]
                found.append(
                    SetAside(stage=name, table=table, rule=rule, rows=count, examples=mine[:EXAMPLES])
                )
    return found


def _first_rows(path: Path, most: int = 10_000) -> list[dict[str, Any]]:
    for batch in parquet.ParquetFile(path).iter_batches(batch_size=most):
        return batch.to_pylist()
    return []


def _provenance(run: Run) -> Any:
    stages = read_json(run.folder / "run.json")["stages"] if (run.folder / "run.json").is_file() else {}
    machine = diagnose()
    return {
        "versions": {"thalweg": machine["thalweg"], "python": machine["python"], **machine["packages"]},
        "seed": run.pipeline.seed,
        "machine": {name: machine[name] for name in ("system", "cores", "memory", "devices")},
        "stages": [
            {"stage": name, **{key: known[key] for key in ("seconds", "peak_memory") if key in known}}
            for name, known in stages.items()
        ],
        "pipeline": as_yaml(resolved(run)),
        "fingerprints": {stage.name: run.key(stage.name).whole for stage in run.stages},
    }
