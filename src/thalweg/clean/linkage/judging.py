"""Splink, silent and offline: it is given vectors of levels, under our own names, and learns and judges by them.

A vector stands on both sides of a pair that shares its number, since Splink compares records; it compares nothing
here that was not compared already.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlglot import exp

from thalweg.clean.linkage.workbench import Bench
from thalweg.core.errors import MissingExtra
from thalweg.engines import sql

NUMBER = "number_of_vector"
SAME = f"l.{NUMBER} = r.{NUMBER}"
M, U = "m_probability", "u_probability"
ITERATIONS, CONVERGED = 10, 1e-4  # of one round of learning
UNSEEN = 1e-6  # the chance of a level that was never seen: small, for it is not impossible

Chances = list[dict[str, float]]
"""For each level of a comparison, from 0 up: what is known of `m_probability` and `u_probability`."""


def splink() -> Any:
    """The package. Raises MissingExtra where it is not installed."""
    try:
        import splink
    except ImportError as error:
        raise MissingExtra("splink", "link") from error
    return splink


@contextmanager
def silent() -> Iterator[None]:
    """Splink's logger says nothing, and its advice for interactive use is not shown."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def linker(
    bench: Bench, numbered: exp.Query, chances: Sequence[Chances], names: Sequence[str], prior: float
) -> Any:
    """A linker over numbered vectors, that knows some chances already."""
    package = splink()
    api = package.DuckDBAPI(connection=bench.connection)
    view = bench.define("splink_vectors", numbered)
    sides = [api.register(view.name, table_name=of, dataset_display_name=of) for of in ("l", "r")]
    settings = {
        "link_type": "link_only",
        "unique_id_column_name": NUMBER,
        "probability_two_random_records_match": prior,
        "max_iterations": ITERATIONS,
        "em_convergence": CONVERGED,
        "retain_matching_columns": False,
        "comparisons": [
            {"output_column_name": name, "comparison_levels": _levels(name, each)}
            for name, each in zip(names, chances, strict=True)
        ],
        "blocking_rules_to_generate_predictions": [SAME],
    }
    return package.Linker(sides, settings, log_level=None)


def learnt(trained: Any, chances: Sequence[Chances]) -> list[Chances]:
    """The chances of each level as a trained linker knows them; they add up to one."""
    found = []
    for before, comparison in zip(chances, trained.misc.save_model_to_json()["comparisons"], strict=True):
        levels = comparison["comparison_levels"][1:][::-1]
        columns = {name: _shares([level.get(name) for level in levels]) for name in (M, U)}
        found.append([{name: columns[name][place] for name in (M, U)} for place in range(len(before))])
    return found


def _shares(values: Sequence[Any]) -> list[float]:
    known = [float(value) + UNSEEN if isinstance(value, (int, float)) else UNSEEN for value in values]
    return [value / sum(known) for value in known]


def _levels(name: str, chances: Chances) -> list[dict[str, Any]]:
    """The levels as Splink reads them: missing, most alike … all else."""
    value = exp.column(f"{name}_l")
    missing = {"sql_condition": sql.is_null(value).sql(sql.DIALECT), "label_for_charts": "no value"}
    levels: list[dict[str, Any]] = [{**missing, "is_null_level": True}]
    for level in reversed(range(len(chances))):
        reached = exp.EQ(this=value.copy(), expression=sql.literal(level)).sql(sql.DIALECT)
        condition = reached if level else "ELSE"
        levels.append({"sql_condition": condition, "label_for_charts": f"level {level}", **chances[level]})
    return levels
