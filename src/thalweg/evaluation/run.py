"""Judge a trained network and write the report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from thalweg.core.progress import Progress
from thalweg.evaluation.facts import Facts
from thalweg.evaluation.importance import importance
from thalweg.evaluation.judge import judge
from thalweg.evaluation.judged import Judged
from thalweg.evaluation.leakage import duplicates
from thalweg.evaluation.report import assemble, write
from thalweg.evaluation.settings import Evaluate


def evaluate(
    settings: Evaluate, judged: Judged, facts: Facts, folder: Path, progress: Progress
) -> dict[str, Any]:
    """Everything the report shows: computed, written to `folder`, returned (`report` has its structure).

    The same inputs and seed give the same numbers; only the timings differ.
    """
    started = time.perf_counter()
    outputs = {output: judge(output, judged, settings, progress) for output in judged.targets}
    found: dict[str, Any] = {"leakage": {"duplicates": duplicates(judged)}}
    if settings.importance.rows:
        found["importance"] = importance(judged, settings.importance, progress)
    report = assemble(facts, outputs, **found, seconds=round(time.perf_counter() - started, 2))
    write(report, folder)
    return report


def headline(report: dict[str, Any]) -> dict[str, Any]:
    """`metrics` and `baseline` by output, as the command line prints them."""
    outputs = report["outputs"]
    return {
        "metrics": {output: _values(judged, "network") for output, judged in outputs.items()},
        "baseline": {
            output: {model: _values(judged, model) for model in judged["models"] if model != "network"}
            for output, judged in outputs.items()
        },
    }


def _values(judged: dict[str, Any], model: str) -> dict[str, float | None]:
    return {metric: found["value"] for metric, found in judged["models"][model]["test"].items()}
