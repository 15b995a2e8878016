"""The pipeline file in full: every default written out, and in place of a wish to learn what the run learnt."""

from __future__ import annotations

from typing import Any

from thalweg.pipeline.schema import written
from thalweg.pipeline.stage import Run

FILE = "resolved.yaml"


def resolved(run: Run, done: tuple[str, ...] = ("clean", "integrate")) -> dict[str, Any]:
    """The file as JSON values. Of the stages that are done, steps and operations stand as they were taken.

    So the same file over new data does the same: `auto` is the steps it proposed, a pivot lists the values that became
    columns, a union names the columns that were matched.
    """
    full = written(run.pipeline)
    if "clean" in done:
        taken = {name: list(one.steps) for name, one in run.result("clean").items() if name in full["clean"]}
        full["clean"] = taken
    if "integrate" in done:
        full["integrate"] = list(run.result("integrate").operations)
    return full
