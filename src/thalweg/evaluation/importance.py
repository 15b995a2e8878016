"""How much worse the network gets when one column is shuffled (permutation importance, Breiman 2001)."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.progress import Progress
from thalweg.evaluation.judged import Blocks, Judged
from thalweg.evaluation.settings import Importance
from thalweg.features.feature import PACKED


def importance(judged: Judged, limits: Importance, progress: Progress) -> dict[str, Any]:
    """For each output, the loss of its monitored metric by column, most important first.

    All slots of a column are shuffled together, over a sample of the test rows. `low` and `high` are the
    least and the most that the repeats lost.
    """
    rng = np.random.default_rng([judged.seed, 1])
    chosen = np.sort(rng.permutation(len(judged.test.rows))[: limits.rows])
    blocks = judged.test.blocks.take(chosen)
    y = {output: judged.test.y[output][chosen] for output in judged.targets}
    whole = _scores(judged, blocks, y)
    columns = list(judged.columns)[: limits.columns]
    losses: dict[str, list[dict[str, float]]] = {}
    with progress.task("importance", len(columns)) as task:
        for column in columns:
            losses[column] = [_without(judged, blocks, y, column, rng) for _ in range(limits.repeats)]
            task.advance(1)
    return {
        "rows": len(chosen),
        "repeats": limits.repeats,
        "not_measured": len(judged.columns) - len(columns),
        "outputs": {output: _ranked(judged, output, whole[output], losses) for output in judged.targets},
    }


def _scores(judged: Judged, blocks: Blocks, y: dict[str, np.ndarray]) -> dict[str, float]:
    predictions = judged.predict(blocks)
    return {
        output: target.metrics(y[output], predictions[output])[target.monitor.metric]
        for output, target in judged.targets.items()
    }


def _without(
    judged: Judged, blocks: Blocks, y: dict[str, np.ndarray], column: str, rng: np.random.Generator
) -> dict[str, float]:
    """Scores with one column's rows shuffled."""
    order = rng.permutation(blocks.rows)
    mine = judged.columns[column]
    tensors = {
        slot.key: blocks.tensors[slot.key][order] for slot in judged.layout.tensors if slot.name in mine
    }
    shuffled = Blocks(blocks.numbers.copy(), blocks.categories.copy(), {**blocks.tensors, **tensors})
    for name in PACKED:
        values = shuffled.arrays[name]
        for index, slot in enumerate(judged.layout.of(name)):
            if slot.name in mine:
                values[:, index] = values[order, index]
    return _scores(judged, shuffled, y)


def _ranked(
    judged: Judged, output: str, whole: float, scores: dict[str, list[dict[str, float]]]
) -> list[dict[str, Any]]:
    better = judged.targets[output].monitor.better
    sign = 1 if better == "higher" else -1
    found = []
    for column, repeats in scores.items():
        lost = [sign * (whole - score[output]) for score in repeats if np.isfinite(score[output])]
        if lost:
            found.append(
                {"column": column, "loss": float(np.mean(lost)), "low": min(lost), "high": max(lost)}
            )
    return sorted(found, key=lambda each: (-each["loss"], each["column"]))
