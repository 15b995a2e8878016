"""Boosted trees on the same rows and inputs: the rival that a network for tables has to beat.

LightGBM (Ke et al., 2017), up to 1,000 trees of 63 leaves, stopped when the network's own metric on the
validation rows has not improved for 50 trees.
"""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

from thalweg.evaluation.inputs import indicators, table
from thalweg.evaluation.judged import Judged, Part
from thalweg.evaluation.rival import Rival
from thalweg.tasks.task import Target

TREES = 1_000
PATIENCE = 50
ROWS_A_THREAD = 20_000  # with fewer, threads wait for each other longer than they work
SETTINGS: dict[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 63,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,  # else the fastest layout is timed and chosen, and sums differ from run to run
    "verbosity": -1,
}
OBJECTIVES = {"two classes": "binary", "classes": "multiclass", "value": "regression"}
STOPPED_BY = {"two classes": "binary_logloss", "classes": "multi_logloss", "value": "l2"}
METRICS = {  # the network's metrics that LightGBM knows by another name
    "roc_auc": "auc",
    "average_precision": "average_precision",
    "accuracy": "multi_error",
    "mae": "l1",
    "mape": "mape",
}


def baseline(judged: Judged, output: str) -> Rival:
    """Train on the training rows, stop on the validation rows, predict both other parts."""
    import lightgbm

    target, started = judged.targets[output], time.perf_counter()
    flags = indicators(judged.layout, judged.columns)
    names = [slot.name for block in ("numbers", "categories") for slot in judged.layout.of(block)]
    first = len(judged.layout.of("numbers"))
    learnt = lightgbm.Dataset(
        table(judged.training.blocks, flags),
        _label(judged.training, output),
        feature_name=[f"f{index}" for index in range(len(names))],  # it refuses some characters in names
        categorical_feature=list(range(first, len(names))),
    )
    watched = learnt.create_valid(table(judged.validation.blocks, flags), _label(judged.validation, output))
    model = lightgbm.train(
        _settings(target, judged.seed, len(judged.training.rows)),
        learnt,
        TREES,
        valid_sets=[watched],
        callbacks=[lightgbm.early_stopping(PATIENCE, first_metric_only=True, verbose=False)],
    )

    def predicted(part: Part) -> np.ndarray:
        p = np.asarray(model.predict(table(part.blocks, flags), num_iteration=model.best_iteration))
        return p.reshape(len(p), -1).astype(np.float64)

    facts = {
        "rows": len(judged.training.rows),
        "of": judged.training.total,
        "trees": model.best_iteration,
        "most_trees": TREES,
        "settings": {key: SETTINGS[key] for key in ("learning_rate", "num_leaves", "min_data_in_leaf")},
        "version": lightgbm.__version__,
    }
    rival = Rival(predicted(judged.validation), predicted(judged.test), facts)
    facts["seconds"] = round(time.perf_counter() - started, 2)
    return rival


def _label(part: Part, output: str) -> np.ndarray:
    return part.y[output].astype(np.float64)


def _settings(target: Target, seed: int, rows: int) -> dict[str, Any]:
    shape, metric = target.outcome, target.monitor.metric
    spare = (
        os.cpu_count() or 1
    ) - 1  # its threads spin: one other busy process costs ten times what a core gains
    threads = max(1, min(spare, rows // ROWS_A_THREAD))
    objective = "regression_l1" if metric == "mae" else OBJECTIVES[shape]
    own = METRICS.get(metric) if shape != "two classes" or metric != "accuracy" else "binary_error"
    chosen = {
        "objective": objective,
        "metric": own or STOPPED_BY[shape],
        "seed": seed,
        "num_threads": threads,
    }
    return {**SETTINGS, **chosen, **({"num_class": target.width} if shape == "classes" else {})}
