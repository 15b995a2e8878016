"""How well a recipe's network answers, beside boosted trees and AutoGluon on the same rows and inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import lightgbm

from benchmarks.contenders import AUTOGLUON
from benchmarks.course import Course, follow
from benchmarks.joined import Rows, joined
from benchmarks.places import scratch
from benchmarks.record import Figure, Published, Result, Target
from benchmarks.trees import Trees, trees

SEEDS = (0, 1, 2)
AUTOGLUON_SECONDS = 240


@dataclass(frozen=True)
class Question:
    """A recipe, its answer, and what was promised of it."""

    name: str
    what: str
    recipe: Path
    label: str
    margin: float
    """The network's mean AUC must be at least the trees' plus this."""
    settings: Sequence[str] = ()
    published: Published | None = None
    ensemble: bool = False
    """Whether AutoGluon's ensemble is trained on the same rows: it takes four minutes on all cores."""


@dataclass(frozen=True)
class Seed:
    """What one seed gave, all on the test rows."""

    seed: int
    network: float
    baseline: float
    """The report's own LightGBM, on encoded inputs."""
    trees: Trees
    seconds: float
    """Of the training stage."""
    rows: dict[str, int]


def judge(question: Question) -> Result:
    """Three seeds of network and trees; AutoGluon, where it is asked for, on the first seed's rows."""
    seeds, others = [], None
    for seed in SEEDS:
        course = follow(question.recipe, [*question.settings, f"seed={seed}", f"name={question.name}-{seed}"])
        rows = joined(course.folder, question.label)
        seeds.append(_seed(question, course, rows, seed))
        print(f"  seed {seed}: {json.dumps(asdict(seeds[-1]))}", flush=True)
        if question.ensemble and others is None:
            others = autogluon(question.name, rows)
            print(f"  AutoGluon: {json.dumps(others)}", flush=True)
    return Result(question.name, figures(question, seeds, others), notes(seeds, others), _versions(others))


def _seed(question: Question, course: Course, rows: Rows, seed: int) -> Seed:
    label = question.label
    return Seed(
        seed,
        course.answer["metrics"][label]["roc_auc"],
        course.answer["baseline"][label]["lightgbm"]["roc_auc"],
        trees(rows, seed),
        course.stage_seconds("train"),
        {part: len(frame) for part, frame in rows.parts.items()},
    )


def autogluon(name: str, rows: Rows) -> dict[str, Any]:
    """Medium quality's whole ensemble, on the same rows."""
    folder = scratch("autogluon", name)
    asked = {"label": rows.label, "seconds": AUTOGLUON_SECONDS, "folder": folder / "models"}
    answer, _ = AUTOGLUON.run({**rows.write(folder), **asked})
    return answer


def figures(question: Question, seeds: Sequence[Seed], others: dict[str, Any] | None) -> list[Figure]:
    """Means over the seeds; AutoGluon beside the network of the seed whose rows it had."""
    network = mean(seed.network for seed in seeds)
    runs = {"seeds": [asdict(seed) for seed in seeds]}
    target = Target("difference", "at least", question.margin)

    def beside(rival: str, reached: float) -> Figure:
        what = f"{question.what}: test AUC, mean of {len(seeds)} seeds"
        return Figure(what, network, "AUC", rival, reached, target, question.published, runs=runs)

    return [
        beside("LightGBM, the same encoded inputs", mean(seed.baseline for seed in seeds)),
        beside("LightGBM, raw inputs", mean(seed.trees.auc for seed in seeds)),
        *([_beside_ensemble(question, seeds[0], others)] if others else []),
    ]


def _beside_ensemble(question: Question, seed: Seed, others: dict[str, Any]) -> Figure:
    return Figure(
        f"{question.what}: one network, trained {seed.seconds:.0f} s",
        seed.network,
        "AUC",
        f"AutoGluon's ensemble, {AUTOGLUON_SECONDS} s:",
        others["auc"],
        runs={"autogluon": others},
    )


def notes(seeds: Sequence[Seed], others: dict[str, Any] | None) -> list[str]:
    rows = seeds[0].rows
    spread = max(seed.network for seed in seeds) - min(seed.network for seed in seeds)
    return [
        f"rows of seed 0: {', '.join(f'{part} {number:,}' for part, number in rows.items())}",
        f"the network's AUC lies within {spread:.4f} over the seeds",
        "LightGBM is the better of two: the report's, on encoded inputs, and one on raw inputs",
        *([_told(others)] if others else []),
    ]


def _told(others: dict[str, Any]) -> str:
    return (
        f"AutoGluon {others['version']}, medium quality, {others['seconds']:.0f} s, on the rows of seed 0: "
        f"{others['models']}"
    )


def _versions(others: dict[str, Any] | None) -> dict[str, str]:
    return {"lightgbm": lightgbm.__version__, **({"autogluon": others["version"]} if others else {})}
