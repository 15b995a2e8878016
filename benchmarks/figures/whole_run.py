"""From one CSV of 327,346 flights to a judged model, one epoch, beside Ludwig."""

from __future__ import annotations

import tempfile

from benchmarks.alternate import alternated, middle
from benchmarks.contenders import LUDWIG
from benchmarks.course import follow, write
from benchmarks.one_csv import LABEL, ROWS, ludwig_config, one_csv, thalweg_pipeline
from benchmarks.record import Figure, Result, Target

ROUNDS = 3


def measure() -> Result:
    """Wall time of whole processes, in turn, imports and all that is written included; nothing is cached."""
    LUDWIG.prepare()
    one_csv()
    found: dict[str, dict] = {}

    def thalweg(judged: bool) -> float:
        course = follow(write(thalweg_pipeline("whole-judged" if judged else "whole", judged=judged)))
        found["thalweg"] = course.answer
        return course.process.seconds

    def ludwig() -> float:
        with tempfile.TemporaryDirectory() as folder:
            found["ludwig"], process = LUDWIG.run(
                {"data": one_csv(), "config": ludwig_config(), "folder": folder}
            )
        return process.seconds

    sides = {"thalweg": lambda: thalweg(False), "ludwig": ludwig, "judged": lambda: thalweg(True)}
    taken = alternated(sides, ROUNDS)
    seconds = middle(taken)
    auc = found["thalweg"]["metrics"][LABEL]["roc_auc"]
    what = f"one CSV to a model, {ROWS:,} rows × 18, one epoch of an MLP"
    return Result(
        "whole_run",
        [
            Figure(
                what,
                seconds["thalweg"],
                "s",
                "Ludwig",
                seconds["ludwig"],
                Target("ratio", "at most", 0.5),
                runs=taken,
            ),
            Figure(
                f"{what}; with the report's profile, baselines, importances and intervals",
                seconds["judged"],
                "s",
                "Ludwig",
                seconds["ludwig"],
                headline=False,
            ),
        ],
        [
            "both: one network, split, batches, steps; metrics on validation and test rows; model written",
            "Thalweg without profile, baselines and importances, which Ludwig has not; the second line is with them",
            f"test AUC: Thalweg {auc:.4f}, Ludwig {found['ludwig']['auc']:.4f}",
            f"Ludwig's imports take {found['ludwig']['import_seconds']:.1f} s of it",
        ],
        {"ludwig": found["ludwig"]["version"]},
    )
