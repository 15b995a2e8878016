"""Rows that are unusual in several columns at once, found by an isolation forest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import field_validator
from sqlglot import exp

from thalweg.clean.names import Names, require_new
from thalweg.clean.sample import sampled
from thalweg.clean.scored import keep_scores, score_of, scored_above
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import is_number

SAMPLE = 50_000  # training rows that the forest, the medians and the threshold are learnt from
FEWEST = 20


class Isolation(Step):
    """Flag, set aside, drop or score rows that an isolation forest tells apart quickly (Liu, Ting & Zhou 2008).

        - isolation: {columns: [temp, humid, wind_speed], share: 0.01, action: quarantine}

    The forest is grown on at most 50,000 training rows chosen by their position, and every row is scored by it: 0.5
    is usual, near 1 is alone. A row is unusual above the score that `share` of those training rows exceed. A missing
    value counts as the median of its column. The same seed gives the same forest.
    """

    kind: ClassVar[str] = "isolation"

    columns: Names
    """The columns of numbers to look at together."""
    share: float = 0.01
    """The share of training rows that are taken for unusual."""
    action: Literal["flag", "quarantine", "drop", "keep"] = "flag"
    """flag: add a column that is true of unusual rows. keep: add the score. Or set the rows aside, or drop them."""
    column: str | None = None
    """The name of the new column. Left out: `unusual`, or `isolation_score`."""
    trees: int = 100
    """How many trees to grow."""
    seed: int = 0
    """What the forest's choices are drawn from."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"columns": value} if isinstance(value, (str, list, tuple)) else value

    @field_validator("columns")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ComponentError("isolation needs at least one column of numbers, such as [temp, humid]")
        return value

    @field_validator("share")
    @classmethod
    def _is_a_share(cls, value: float) -> float:
        if not 0 < value < 0.5:
            raise ComponentError(f"expected a share above 0 and below 0.5, received {value}")
        return value

    @field_validator("trees")
    @classmethod
    def _is_a_count(cls, value: int) -> int:
        if not 1 <= value <= 10_000:
            raise ComponentError(f"expected 1 to 10,000 trees, received {value}")
        return value

    @classmethod
    def example(cls) -> Isolation:
        return cls(columns=("temp", "humid"), action="quarantine")

    def apply(self, table: Table) -> Outcome:
        name = self.column or ("isolation_score" if self.action == "keep" else "unusual")
        self._check(table, name)
        learnt = self._sample(table)
        medians = np.array([np.nanmedian(each) if np.isfinite(each).any() else 0.0 for each in learnt.T])
        forest = self._grown(_filled(learnt, medians))
        rating = -forest.score_samples(_filled(learnt, medians))
        limit = float(np.quantile(rating, 1 - self.share, method="higher"))
        scores = keep_scores(
            table,
            self._values(),
            lambda batch: -forest.score_samples(_filled(_matrix(batch, len(self.columns)), medians)),
            str(self.written()),
        )
        words = f"isolation score of {', '.join(self.columns)} above {limit:.4f}"
        notes = {"threshold": limit, "rows learnt from": len(learnt)}
        if self.action in ("quarantine", "drop"):
            fate = "quarantined" if self.action == "quarantine" else "dropped"
            return Outcome(verdicts=(Verdict(fate, words, scored_above(scores, limit)),), notes=notes)
        value = scored_above(scores, limit) if self.action == "flag" else score_of(scores)
        found = sql.select(
            scores,
            {"found": sql.true_count(exp.GT(this=sql.column("__score"), expression=sql.literal(limit)))},
        )
        ((unusual,),) = table.session.rows(found)
        notes["unusual rows"] = int(unusual)
        return Outcome(changes={name: value}, notes=notes, origins={name: self.columns})

    def _check(self, table: Table, name: str) -> None:
        for column in self.columns:
            if not is_number(table.columns[table.require(column)]):
                raise ComponentError(
                    f"isolation looks at numbers; column {column!r} is {table.columns[column]}: leave it out, or give "
                    "it a type of number first"
                )
        if self.action in ("flag", "keep"):
            require_new(table, name, self.kind, "column")

    def _values(self) -> dict[str, exp.Expr]:
        return {f"v{place}": sql.cast(sql.column(name), "DOUBLE") for place, name in enumerate(self.columns)}

    def _sample(self, table: Table) -> np.ndarray:
        """The values of training rows (n, D), NaN where missing, in the order they are drawn."""
        training = table.training()
        drawn = sampled(training, training.count(), SAMPLE)
        batches = list(table.session.batches(sql.select(drawn.query, self._values())))
        rows = np.concatenate([_matrix(batch, len(self.columns)) for batch in batches] or [np.empty((0, 1))])
        if len(rows) < FEWEST:
            raise ComponentError(
                f"isolation of table {table.name!r} can't be learnt: expected at least {FEWEST} training rows, "
                f"found {len(rows)}"
            )
        return rows

    def _grown(self, rows: np.ndarray) -> Any:
        from sklearn.ensemble import IsolationForest

        return IsolationForest(n_estimators=self.trees, random_state=self.seed, n_jobs=1).fit(rows)


def _matrix(batch: pa.RecordBatch, width: int) -> np.ndarray:
    """The first columns of a batch as float64 (n, D), NaN where missing or not finite."""
    columns: Sequence[np.ndarray] = [batch.column(i).to_numpy(zero_copy_only=False) for i in range(width)]
    values = np.stack(columns, axis=1).astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _filled(values: np.ndarray, medians: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), medians, values)
