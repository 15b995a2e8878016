"""Thalweg as a user runs it: `thalweg run` in a process of its own, on a recipe or on one written here."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.places import scratch
from benchmarks.process import Finished, run

THALWEG = Path(sys.executable).with_name("thalweg")


@dataclass(frozen=True)
class Course:
    """A finished run."""

    answer: dict[str, Any]
    """What the command prints with `--json`."""
    process: Finished

    @property
    def folder(self) -> Path:
        return Path(self.answer["run"])

    def stage_seconds(self, stage: str) -> float:
        """How long a stage took when it was last made."""
        return json.loads((self.folder / "run.json").read_text())["stages"][stage]["seconds"]

    def rows(self) -> int:
        """Rows of the main table as it was read."""
        return self.answer["rows"]["in"]


def write(pipeline: dict[str, Any]) -> Path:
    """A pipeline as a file (JSON is YAML too)."""
    path = scratch("pipelines") / f"{pipeline['name']}.yaml"
    path.write_text(json.dumps(pipeline, indent=1), encoding="utf-8")
    return path


def follow(file: Path, settings: Sequence[str] = (), until: str | None = None, fresh: bool = True) -> Course:
    """Run a pipeline file into the scratch folder; `fresh` forgets an earlier run of that name."""
    output = scratch("runs")
    name = next((text.removeprefix("name=") for text in settings if text.startswith("name=")), file.stem)
    if fresh:
        shutil.rmtree(output / name, ignore_errors=True)
    words = [f"output={output}", *settings]
    command = [THALWEG, "run", file, "--json", *(part for word in words for part in ("--set", word))]
    finished = run([*command, *(("--until", until) if until else ())])
    return Course(json.loads(finished.output), finished)


def forget(course: Course) -> None:
    """Remove a run's folder: the large ones hold several GB."""
    shutil.rmtree(course.folder, ignore_errors=True)
