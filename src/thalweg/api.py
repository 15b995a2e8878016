"""Thalweg in Python: the same runs and the same answers as on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from thalweg.core.progress import Progress, Silent
from thalweg.deployment.model import Model, load
from thalweg.pipeline.read import Written, check
from thalweg.pipeline.run import run_file, run_pipeline
from thalweg.pipeline.target import proposed_task
from thalweg.sources.handed import source_of

__all__ = ["fit", "load", "run"]


def run(
    file: str | Path, settings: Sequence[str] = (), until: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Run a pipeline file. Returns what `thalweg run --json` prints: status, rows, metrics, report, bundle."""
    return run_file(Path(file), settings, until, progress)


def fit(
    data: Any,
    target: str,
    *,
    task: Any = None,
    name: str = "model",
    output: str | Path = "runs",
    progress: Progress | None = None,
    **sections: Any,
) -> Model:
    """Train a model of one table: a pandas, Polars or Arrow frame, a DuckDB relation, or a path.

    `target` is the column to predict; `task` is `binary`, `category`, `number` or a full form, and is
    proposed from the training rows, and said, where it is left out. `sections` are those of the pipeline
    file, such as `train={"epochs": 3}`; cleaning is `auto` unless given. The run is kept in `output/name`.
    """
    source = source_of(data)
    progress = progress or Silent()
    if task is None:
        task, why = proposed_task(source, target)
        progress.say(f"task       {task}: {why}")
    model = {"outputs": {target: task}, **sections.pop("model", {})}
    tree = {
        "name": name,
        "output": str(Path(output).resolve()),
        "sources": {"data": source},
        "clean": {"data": "auto"},
        "model": model,
        **sections,
    }
    written = Written("fit()", tree)
    done = run_pipeline(check(tree, written), written, Path.cwd(), progress=progress)
    return load(done["bundle"])
