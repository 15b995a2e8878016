"""Choose the inputs, fit every encoder on training rows, and write the shuffled shards."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from thalweg.core.errors import at
from thalweg.core.files import atomic_folder, read_json, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.core.ledger import Entry
from thalweg.dataset.columns import training_columns
from thalweg.dataset.encode import encode
from thalweg.dataset.shards import Index, read_index
from thalweg.dataset.split_check import check_split
from thalweg.deployment.targets import restore_targets, stored_targets
from thalweg.engines.table import Table
from thalweg.features import encoders as fitted
from thalweg.features.auto import AUTO, Choice, best, choose
from thalweg.features.feature import Encoder, TrainingColumn
from thalweg.integrate.leak import SAMPLE, suspects_among
from thalweg.integrate.lineage import derived_from
from thalweg.pipeline.mined import fitted_miners, input_name, mined_table, origins, table_key
from thalweg.pipeline.schema import Model, written
from thalweg.pipeline.stage import Key, Run, Stage, facts
from thalweg.pipeline.stages.clean import split_assignment
from thalweg.tasks.task import Target

CODE = ("core", "engines", "features", "dataset", "tasks")
ENCODERS, TARGETS, CHOSEN = "encoders.json", "targets.json", "chosen.json"


@dataclass(frozen=True)
class Prepared:
    """The encoded dataset, and what was fitted to encode it."""

    folder: Path
    index: Index
    encoders: tuple[Encoder, ...]
    targets: dict[str, Target]
    chosen: dict[str, Any]
    """What the report tells of split, inputs and leaks."""
    entry: Entry


class Dataset(Stage):
    """Shards, encoders, targets."""

    name = "dataset"

    def key(self, run: Run) -> Key:
        model = run.pipeline.model
        settings = {
            "dataset": written(run.pipeline.dataset),
            "seed": run.pipeline.seed,
            "inputs": written(model.inputs),
            "exclude": written(model.exclude),
            "outputs": written(model.outputs),
        }
        return Key(fingerprint(settings), table_key(run), fingerprint_code(*CODE))

    def make(self, run: Run) -> None:
        table, mined = mined_table(run), origins(fitted_miners(run))
        outputs = run.pipeline.model.outputs
        with at("model", "outputs"):
            for name in outputs:
                table.require(name, "target column")
        assignment = split_assignment(run)
        split = {"how": assignment.rule, "parts": check_split(table, assignment)}
        with run.progress.task("fit features"):
            columns = training_columns(table)
            targets = {name: task.fit(columns[name]) for name, task in outputs.items()}
            choice, derived = _chosen(run.pipeline.model, table, columns, mined)
            encoders = [feature.fit(columns[feature.column]) for feature in choice.features]
            leaks = {"derived": derived, "suspects": _suspects(columns, list(outputs), choice)}
        digests: dict[str, str] = {}
        with atomic_folder(self.folder(run), digests, **facts(run.key(self.name))) as folder:
            encoded = encode(
                table,
                encoders,
                targets,
                folder,
                seed=run.pipeline.seed,
                shard_rows=run.pipeline.dataset.shard_rows,
                threads=os.cpu_count() or 1,
                progress=run.progress,
            )
            digests |= {shard.file: shard.digest for part in encoded.index.splits.values() for shard in part}
            fitted.save(folder / ENCODERS, encoders)
            write_json(folder / TARGETS, stored_targets(outputs, targets))
            inputs = _inputs(choice, encoders, encoded.index, mined)
            chosen = {"split": split, "inputs": inputs, "leaks": leaks, "entry": encoded.entry.model_dump()}
            write_json(folder / CHOSEN, chosen)

    def open(self, run: Run) -> Prepared:
        folder = self.folder(run)
        chosen = read_json(folder / CHOSEN)
        return Prepared(
            folder,
            read_index(folder),
            fitted.load(folder / ENCODERS),
            restore_targets(read_json(folder / TARGETS)),
            chosen,
            Entry.model_validate(chosen["entry"]),
        )

    def entries(self, run: Run) -> list[Entry]:
        return [run.result(self.name).entry]

    def quarantine(self, run: Run) -> dict[str, Path]:
        path = self.folder(run) / "quarantine.parquet"
        return {run.result(self.name).entry.table: path} if path.is_file() else {}

    def headline(self, run: Run) -> str:
        index = run.result(self.name).index
        rows = ", ".join(f"{index.rows(part):,} {part}" for part in index.splits)
        return f"{rows}; {len(run.result(self.name).encoders)} inputs"


def _chosen(
    model: Model, table: Table, columns: dict[str, TrainingColumn], mined: Iterable[str]
) -> tuple[Choice, list[dict[str, str]]]:
    """The features, and the columns left out because a target was derived from them."""
    derived = [
        {"column": column, "target": target, "why": why}
        for target in model.outputs
        for column, why in derived_from(table, target).items()
        if column not in model.outputs
    ]
    forbidden = {found["column"]: found["why"] for found in derived}
    candidates = [column for name, column in columns.items() if name not in model.outputs]
    with at("model"):
        given = _with_mined(model, [columns[name] for name in mined])
        return choose(candidates, given, model.exclude, forbidden, model.network.reads), derived


def _with_mined(model: Model, mined: Sequence[TrainingColumn]) -> Any:
    """The inputs of the file, and where they are a list, the mined columns after them: the user asked for these too."""
    if model.inputs == AUTO or AUTO in model.inputs:
        return model.inputs
    named = {*map(input_name, model.inputs), *model.exclude}
    more = [column.name for column in mined if column.name not in named and not isinstance(best(column), str)]
    return (*model.inputs, *more)


def _suspects(columns: dict[str, TrainingColumn], targets: list[str], choice: Choice) -> list[dict[str, Any]]:
    """Inputs that alone predict a target too well, in the sample that encoders were fitted on: its order is random."""
    names = [feature.column for feature in choice.features]
    held = {name: columns[name].sample[:SAMPLE] for name in [*targets, *names]}
    rows = pa.table({name: values for name, values in held.items() if len(values)})
    learn = np.arange(rows.num_rows) % 2 == 0
    return [
        {"target": target, **found.written()}
        for target in targets
        if target in rows.column_names
        for found in suspects_among(
            rows, learn, target, columns[target].type, [name for name in names if name in rows.column_names]
        )
    ]


def _inputs(
    choice: Choice, encoders: list[Encoder], index: Index, mined: Mapping[str, list[str]]
) -> dict[str, Any]:
    used = [
        {
            "column": feature.column,
            "kind": feature.kind,
            "type": encoder.type,
            "slots": len(encoder.slots),
            "counts": index.counts.get(feature.column, {}),
            "why": f"you named it, although it {choice.insisted[feature.column]}"
            if feature.column in choice.insisted
            else "",
            **({"mined_from": mined[feature.column]} if feature.column in mined else {}),
        }
        for feature, encoder in zip(choice.features, encoders, strict=True)
    ]
    return {
        "used": used,
        "refused": [{"column": column, "why": why} for column, why in choice.refused.items()],
    }
