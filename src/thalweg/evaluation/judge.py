"""One output judged: the network and its rivals on the same test rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.core.progress import Progress
from thalweg.evaluation.baseline import baseline
from thalweg.evaluation.calibration import reliability
from thalweg.evaluation.confusion import confusion
from thalweg.evaluation.curves import two_class_curves, two_class_tables
from thalweg.evaluation.inputs import said_once
from thalweg.evaluation.intervals import Interval, Resampled, resample
from thalweg.evaluation.judged import Judged
from thalweg.evaluation.linear import linear, texts_of
from thalweg.evaluation.outcome import Better, directions, labels
from thalweg.evaluation.residuals import residuals
from thalweg.evaluation.rival import Rival
from thalweg.evaluation.settings import Evaluate
from thalweg.evaluation.slices import slices
from thalweg.tasks.structured import StructuredTarget

NETWORK = "network"
RIVALS = {"lightgbm": baseline, "linear": linear}
RIVALLED = ("two classes", "classes", "value")  # outcomes that the rivals learn
CLASSES_WITH_CURVES = 10


def judge(output: str, judged: Judged, settings: Evaluate, progress: Progress) -> dict[str, Any]:
    """Metrics with intervals, the paired difference to each rival, curves, slices: JSON values only."""
    target, y = judged.targets[output], judged.test.y[output]
    rivals = _rivals(output, judged, settings, progress)
    predictions = {NETWORK: judged.test.p[output]} | {name: rival.test for name, rival in rivals.items()}
    progress.say(f"{output}: {settings.resamples} resamples of {len(y):,} test rows")
    found = resample(target, y, predictions, settings.resamples, judged.seed)
    better = directions(target, judged.validation.y[output])
    metric = target.monitor.metric
    return {
        "column": target.column,
        "outcome": target.outcome,
        "classes": None if labels(target) is None else list(labels(target) or ())[:1000],
        "rows": {"judged": len(y), "test": judged.test.total, "validation": len(judged.validation.rows)},
        "monitor": target.monitor._asdict(),
        "better": better,
        "models": _models(output, judged, rivals, found),
        "differences": {name: _differences(name, found, better) for name in rivals},
        "pictures": _pictures(output, judged, predictions),
        "slices": [
            slices(
                column,
                judged.slices[column],
                target,
                y,
                predictions,
                settings.resamples,
                judged.seed,
                found.interval(NETWORK, metric),
            )
            for column in judged.slices.column_names
        ],
    }


def _rivals(output: str, judged: Judged, settings: Evaluate, progress: Progress) -> dict[str, Rival]:
    wanted = {"lightgbm": settings.baseline, "linear": settings.linear}
    if judged.targets[output].outcome not in RIVALLED:
        return {}
    judged, found = said_once(judged), {}
    packed = any(slot.packed for slot in judged.layout.slots)
    reads = {"lightgbm": packed, "linear": packed or bool(texts_of(judged.layout))}
    if not any(reads.values()):
        progress.say(f"{output}: no baseline, for no input is a number, a category or a text")
    for name, train in RIVALS.items():
        if wanted[name] and reads[name]:
            progress.say(f"{output}: training the {name} baseline on {len(judged.training.rows):,} rows")
            found[name] = train(judged, output)
    return found


def _models(
    output: str, judged: Judged, rivals: Mapping[str, Rival], found: Resampled
) -> dict[str, dict[str, Any]]:
    target, y = judged.targets[output], judged.validation.y[output]
    validation = {NETWORK: judged.validation.p[output]} | {
        name: rival.validation for name, rival in rivals.items()
    }
    return {
        model: {
            "test": {metric: found.interval(model, metric).written() for metric in found.values[model]},
            "validation": target.metrics(y, p),
            "facts": rivals[model].facts if model in rivals else {},
        }
        for model, p in validation.items()
    }


def _differences(
    rival: str, found: Resampled, better: Mapping[str, Better | None]
) -> dict[str, dict[str, Any]]:
    """Network minus rival, with a verdict where the metric has a good direction."""
    differences = {}
    for metric in found.values[NETWORK]:
        interval = found.difference(NETWORK, rival, metric)
        differences[metric] = {**interval.written(), "verdict": verdict(interval, better.get(metric))}
    return differences


def verdict(difference: Interval, better: Better | None) -> str | None:
    """`better`, `worse`, or `no clear difference` where the interval holds 0; None where it can't be told."""
    if better is None or difference.low is None or difference.high is None:
        return None
    if difference.low <= 0 <= difference.high:
        return "no clear difference"
    return "better" if (difference.low > 0) == (better == "higher") else "worse"


def _pictures(output: str, judged: Judged, predictions: Mapping[str, np.ndarray]) -> dict[str, Any]:
    target, y = judged.targets[output], judged.test.y[output]
    named, shape, own = labels(target), target.outcome, predictions[NETWORK]
    if isinstance(target, StructuredTarget):
        return {"drawn": list(target.pictures(y, own))}
    if named is None:
        return {"residuals": residuals(y, own[:, 0])}
    if shape == "two classes":
        said = (own[:, 0] >= 0.5).astype(np.int64)
        return {
            "curves": {model: two_class_curves(y, p[:, 0]) for model, p in predictions.items()},
            **two_class_tables(y, own[:, 0]),
            "calibration": {model: reliability(y == 1, p[:, 0]) for model, p in predictions.items()},
            "confusion": confusion(y.astype(np.int64), said, named),
        }
    said = own.argmax(1)
    return {
        "curves": {named[k]: two_class_curves(y == k, own[:, k]) for k in _frequent(y, len(named))},
        "calibration": {model: reliability(p.argmax(1) == y, p.max(1)) for model, p in predictions.items()},
        "confusion": confusion(y.astype(np.int64), said, named),
    }


def _frequent(y: np.ndarray, classes: int) -> list[int]:
    """The most frequent classes, in their own order."""
    rows = np.bincount(y.astype(np.int64), minlength=classes)
    return sorted(np.argsort(-rows, kind="stable")[:CLASSES_WITH_CURVES].tolist())
