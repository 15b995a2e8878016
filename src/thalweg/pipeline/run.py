"""Run a pipeline: each stage made once, found again, or made anew where something it depends on changed."""

from __future__ import annotations

import fcntl
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa

from thalweg.core.errors import ComponentError, PipelineError
from thalweg.core.files import read_json, storage_errors, write_json, write_text
from thalweg.core.progress import Progress, Silent
from thalweg.core.suggest import did_you_mean
from thalweg.evaluation.report import totals
from thalweg.pipeline.doctor import machine
from thalweg.pipeline.read import Written, read
from thalweg.pipeline.resolved import FILE, resolved
from thalweg.pipeline.schema import Pipeline, written
from thalweg.pipeline.stage import Run, Stage
from thalweg.pipeline.stages.bundle import Bundle
from thalweg.pipeline.stages.clean import Clean, main_table
from thalweg.pipeline.stages.dataset import Dataset
from thalweg.pipeline.stages.evaluate import Evaluate
from thalweg.pipeline.stages.integrate import Integrate
from thalweg.pipeline.stages.mine import Mine
from thalweg.pipeline.stages.sources import Sources
from thalweg.pipeline.stages.train import Train
from thalweg.pipeline.watched import watched
from thalweg.pipeline.yaml import as_yaml

STAGES: tuple[type[Stage], ...] = (Sources, Clean, Integrate, Mine, Dataset, Train, Evaluate, Bundle)
FACTS = "run.json"


def run_file(
    file: Path, settings: Sequence[str] = (), until: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Run a pipeline file and return what the command prints with `--json`.

    Raises PipelineError where the file is wrong, and the error of the stage that fails.
    """
    pipeline, source = read(Path(file), settings)
    return run_pipeline(pipeline, source, Path(file).resolve().parent, until, progress)


def run_pipeline(
    pipeline: Pipeline,
    source: Written,
    base: Path,
    until: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run a checked pipeline; relative paths start from `base`."""
    run = prepare(pipeline, source, base, progress)
    names = [stage.name for stage in run.stages]
    if until is not None and until not in names:
        raise PipelineError(f"there is no stage {until!r}; {did_you_mean(until, names)}")
    with locked(run.folder), placed(run):
        try:
            return _finish(run, *_advance(run, until))
        finally:
            run.close()


def prepare(pipeline: Pipeline, source: Written, base: Path, progress: Progress | None = None) -> Run:
    """A run that has not begun."""
    folder = base / pipeline.output / pipeline.name
    return Run(pipeline, source, base, folder, progress or Silent(), tuple(stage() for stage in STAGES))


def _advance(run: Run, until: str | None) -> tuple[list[Stage], float]:
    """Make each stage that is not there yet, in order. Returns the stages done, and seconds."""
    began = time.monotonic()
    known, done = _known(run.folder), []
    for stage in run.stages:
        found = stage.status(run)
        start = time.monotonic()
        if not found.fresh:
            with watched(run) if stage.reads_sources else nullcontext():
                stage.make(run)
            pa.default_memory_pool().release_unused()  # what it needed is no longer held from the next one
            run.results.pop(stage.name, None)
            known["stages"][stage.name] = {"seconds": time.monotonic() - start, "peak_memory": peak_memory()}
        noted = {"key": run.key(stage.name).whole, "why": found.why, **stage.noted(run)}
        known["stages"].setdefault(stage.name, {}).update(noted)
        _tell(run, stage, found.fresh, time.monotonic() - start)
        write_json(run.folder / FACTS, {**known, **_facts(run)})
        done.append(stage)
        if stage.name == until:
            break
    return done, time.monotonic() - began


def _tell(run: Run, stage: Stage, fresh: bool, seconds: float) -> None:
    words = "cached" if fresh else f"{seconds:.1f} s"
    run.progress.say(
        f"{stage.name:<10} {words:>9}  {stage.headline(run)}".rstrip(), stage=stage.name, cached=fresh
    )


def _known(folder: Path) -> dict[str, Any]:
    file = folder / FACTS
    return read_json(file) if file.is_file() else {"stages": {}}


def _facts(run: Run) -> dict[str, Any]:
    return {
        "name": run.pipeline.name,
        "seed": run.pipeline.seed,
        "pipeline": written(run.pipeline),
        "machine": machine(),
    }


def _finish(run: Run, done: list[Stage], seconds: float) -> dict[str, Any]:
    """Gather the account of rows and what was set aside; say where everything is."""
    entries = [entry for stage in done for entry in stage.entries(run)]
    write_json(run.folder / "ledger.json", [entry.model_dump() for entry in entries])
    write_text(run.folder / FILE, as_yaml(resolved(run, tuple(stage.name for stage in done))))
    gather_quarantine(run, done)
    answer: dict[str, Any] = {
        "status": "done",
        "run": str(run.folder),
        "seconds": round(seconds, 3),
        "rows": totals([entry.model_dump() for entry in entries], main_table(run.pipeline)),
    }
    if any(stage.name == Evaluate.name for stage in done):
        answer |= run.stage(Evaluate.name).open(run)
        answer["bundle"] = str(run.folder / Bundle.name)
    return answer


def gather_quarantine(run: Run, stages: Sequence[Stage]) -> None:
    """Copy the rows that stages set aside into one folder: `quarantine/<stage>-<table>.parquet`."""
    folder = run.folder / "quarantine"
    shutil.rmtree(folder, ignore_errors=True)
    for stage in stages:
        for table, path in stage.quarantine(run).items():
            folder.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / f"{stage.name}-{table}.parquet")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep two runs out of one folder. Raises PipelineError where another has it."""
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PipelineError(
                    f"another run is using {folder}",
                    hint="wait for it, or give this one another name: --set name=OTHER",
                ) from error
            yield


@contextmanager
def placed(run: Run) -> Iterator[None]:
    """Tell where in the file a component stands that turned out not to fit the data."""
    try:
        yield
    except ComponentError as error:
        raise PipelineError(error.message, where=run.written.where(error.path), hint=error.hint) from error


def peak_memory() -> int:
    """Bytes this process has held at most."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024
