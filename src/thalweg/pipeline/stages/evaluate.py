"""Judge the network on the test rows, beside its rivals, and write the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from thalweg.core.errors import at
from thalweg.core.files import atomic_folder, read_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.dataset.read import read_all
from thalweg.dataset.shards import TARGET
from thalweg.dataset.tensors import tensors
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, TEST
from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.evaluation.run import evaluate, headline
from thalweg.pipeline.facts import gathered
from thalweg.pipeline.mined import mined_table
from thalweg.pipeline.schema import written
from thalweg.pipeline.stage import Key, Run, Stage, facts
from thalweg.pipeline.stages.dataset import Prepared
from thalweg.pipeline.stages.train import Fitted

CODE = ("core", "evaluation", "tasks", "mine")
PREDICTIONS = "predictions.parquet"
AT_ONCE = 4_096  # rows through the network; no gradients are kept, so more fit than in training


class Evaluate(Stage):
    """The report's folder, and the predictions for the test rows."""

    name = "evaluate"

    def key(self, run: Run) -> Key:
        settings = fingerprint([written(run.pipeline.evaluate), run.pipeline.name])
        inputs = fingerprint([run.key("train").whole, run.key("mine").whole])
        return Key(settings, inputs, fingerprint_code(*CODE))

    def folder(self, run: Run) -> Path:
        return run.folder / "report"

    def make(self, run: Run) -> None:
        prepared: Prepared = run.result("dataset")
        fitted: Fitted = run.result("train")
        with at("evaluate", "slices"):
            for name in run.pipeline.evaluate.slices:
                mined_table(run).require(name)
        judged = _judged(run, prepared, fitted)
        with atomic_folder(self.folder(run), **facts(run.key(self.name))) as folder:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            evaluate(run.pipeline.evaluate, judged, gathered(run, made), folder, run.progress)
            _write_predictions(judged.test, folder / PREDICTIONS)

    def open(self, run: Run) -> dict[str, Any]:
        report = read_json(self.folder(run) / "report.json")
        page = str(self.folder(run) / "index.html")
        return {**headline(report), "learnt": report["sentences"], "report": page}


def _judged(run: Run, prepared: Prepared, fitted: Fitted) -> Judged:
    settings = run.pipeline.evaluate
    test = _part(prepared, "test", settings.rows, fitted)
    return Judged(
        targets=fitted.model.targets,
        layout=prepared.index.layout,
        columns={encoder.column: tuple(slot.name for slot in encoder.slots) for encoder in prepared.encoders},
        training=_part(prepared, "training", settings.training_rows),
        validation=_part(prepared, "validation", settings.rows, fitted),
        test=test,
        slices=_slices(run, test.rows),
        predict=_predictor(fitted),
        seed=run.pipeline.seed,
    )


def _part(prepared: Prepared, split: Any, most: int, fitted: Fitted | None = None) -> Part:
    """Rows of a split, in the order of the shards, which is random: the first `most` are a fair sample."""
    rows = read_all(prepared.folder, split, most)
    blocks = Blocks.of(prepared.index.layout, rows)
    y = {name: rows[TARGET + name] for name in prepared.targets}
    p = _predictor(fitted)(blocks) if fitted else {}
    return Part(rows["row"], blocks, y, p, prepared.index.rows(split))


def _slices(run: Run, rows: np.ndarray) -> pa.Table:
    """The columns to slice by, aligned to the test rows by their position in the source."""
    names = run.pipeline.evaluate.slices
    if not names:
        return pa.table({})
    table = mined_table(run)
    of_test = sql.column(SPLIT).eq(sql.literal(TEST))
    found = pa.Table.from_batches(run.session.batches(sql.select(table.query, [*names, ROW]).where(of_test)))
    known = found.column(ROW).to_numpy()
    order = np.argsort(known)
    return found.select(list(names)).take(order[np.searchsorted(known, rows, sorter=order)])


def _predictor(fitted: Fitted) -> Any:
    from thalweg.training.predict import predict_batch

    def answer(blocks: Blocks) -> Mapping[str, np.ndarray]:
        some = (blocks.take(slice(start, start + AT_ONCE)).arrays for start in range(0, blocks.rows, AT_ONCE))
        parts = [predict_batch(fitted.model, tensors(arrays)) for arrays in some]
        return {name: np.concatenate([part[name] for part in parts]) for name in fitted.model.targets}

    return answer


def _lists(values: np.ndarray) -> pa.Array:
    """Values (n, …) as a list for each row."""
    flat = np.ascontiguousarray(values).reshape(len(values), -1)
    return pa.FixedSizeListArray.from_arrays(pa.array(flat.reshape(-1)), flat.shape[1])


def _write_predictions(test: Part, path: Path) -> None:
    """`__row`, and for each output the encoded truth and the prediction, one column for each of its numbers.

    Of an output with many values in a row, each is one column of lists.
    """
    columns: dict[str, Any] = {ROW: test.rows}
    for name, p in test.p.items():
        y = test.y[name]
        if y.ndim == 1 and p.ndim == 2:
            columns |= {f"{name}:y": y} | {f"{name}:p{place}": p[:, place] for place in range(p.shape[1])}
        else:
            columns |= {f"{name}:y": _lists(y), f"{name}:p": _lists(p)}
    parquet.write_table(pa.table(columns), path)
