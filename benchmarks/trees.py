"""LightGBM on the raw inputs, by nothing of Thalweg's, to check the report's own baseline against.

Numbers as they are, missing ones NaN; categories as pandas categoricals known from the training rows; a date
as its parts and the days since the first. Stopped when the AUC of the validation rows has not risen for 50
trees.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm
import numpy as np
import pandas
from sklearn.metrics import roc_auc_score

from benchmarks.joined import Rows

PARTS = ("year", "month", "day", "hour", "day_of_week", "day_of_year")
COMMON = {"objective": "binary", "metric": "auc", "learning_rate": 0.05, "bagging_freq": 1, "verbosity": -1}
SETTINGS = {  # two common ones; the better on validation rows stands
    "31 leaves": COMMON | {"num_leaves": 31, "bagging_fraction": 0.9, "feature_fraction": 0.9},
    "127 leaves": COMMON | {"num_leaves": 127, "bagging_fraction": 0.9, "feature_fraction": 0.7},
}
TREES, PATIENCE = 2_000, 50


@dataclass(frozen=True)
class Trees:
    """What the better setting reached."""

    auc: float
    validation: float
    trees: int
    settings: str


def trees(rows: Rows, seed: int) -> Trees:
    """Train with each setting, keep the one that is better on the validation rows."""
    frames = raw(rows)
    answers = {part: frame[rows.label].astype(int).to_numpy() for part, frame in rows.parts.items()}
    return max((_fit(frames, answers, name, seed) for name in SETTINGS), key=lambda found: found.validation)


def _fit(
    frames: Mapping[str, pandas.DataFrame], answers: Mapping[str, np.ndarray], name: str, seed: int
) -> Trees:
    learnt = lightgbm.Dataset(frames["train"], answers["train"])
    watched = learnt.create_valid(frames["validation"], answers["validation"])
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    settings = SETTINGS[name] | {"seed": seed, "num_threads": os.cpu_count()}
    model = lightgbm.train(settings, learnt, TREES, valid_sets=[watched], callbacks=[stop])

    def auc(part: str) -> float:
        return float(roc_auc_score(answers[part], np.asarray(model.predict(frames[part]))))

    return Trees(auc("test"), auc("validation"), model.best_iteration, name)


def raw(rows: Rows) -> dict[str, pandas.DataFrame]:
    """The inputs of each part as LightGBM takes them."""
    columns: dict[str, dict[str, pandas.Series]] = {part: {} for part in rows.parts}
    for name in rows.inputs:
        training = pandas.Series(rows.parts["train"][name])
        for part, frame in rows.parts.items():
            columns[part] |= _columns(name, pandas.Series(frame[name]), training)
    return {part: pandas.DataFrame(found) for part, found in columns.items()}


def _columns(name: str, values: pandas.Series, training: pandas.Series) -> dict[str, pandas.Series]:
    kind = pandas.api.types
    if kind.is_datetime64_any_dtype(values):
        days = (values - training.min()).dt.total_seconds() / 86_400
        parts = {f"{name}_{part}": getattr(values.dt, part).astype(float) for part in PARTS}
        return {f"{name}_days": days, **parts}
    if kind.is_numeric_dtype(values) or kind.is_bool_dtype(values):
        return {name: values.astype(float)}
    known = pandas.Index(training.dropna().astype(str).unique()).sort_values()
    as_text = values.astype(object).where(values.isna(), values.astype(str))
    return {name: pandas.Series(pandas.Categorical(as_text, categories=known), index=values.index)}
